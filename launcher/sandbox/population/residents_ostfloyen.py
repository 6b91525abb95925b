"""The residents of Østfløyen, rooms 101 to 116. How to read the compact texts: see README of this folder."""

from __future__ import annotations

from launcher.sandbox.population.story import Episode, Story

RESIDENTS: tuple[Story, ...] = (
    Story(
        101, "Andersen", "Erling", "M", "1943-02-11", "Kols og angst", 330,
        "kols:2012 angst:2018 hypertensjon:2008",
        """tiotropium 08*2
        budesformo 08*2 20*2
        escitalopram10 08
        amlodipin5 08
        ? salbutamol maks 8 | ved tung pust
        ? oksazepam10 maks 2 | ved angst""",
        "t36.5 p82 r18 s92 bp134/76", 176, "68.2", egfr=71, allergies=("nka",), kin="broren Finn", rounds=3,
        tasks="Inhalasjoner 08 20", topics="kols angst tungpust sosial", night="0 00:40 Sover",
        goals=(("Angst", "Bruker pusteøvelse før behovsmedisin", "Fast samtale {{wd+1}} og {{wd+3}}, vifte på rommet"),),
        notes=((-29, "12:10", "Ingrid Fossheim", "Får angst når pusten blir tung, og tyngre pust av angsten. SpO₂ 92 % i hvile uten oksygen. Pusteøvelser først, deretter salbutamol, oksazepam som siste trinn."),
               (-2, "20:50", "", "Ringte på tre ganger. Satt hos ham et kvarter med pusteøvelser. Trengte ikke oksazepam.")),
    ),
    Story(
        102, "Bjerke", "Sigrun", "F", "1932-03-19", "Skrøpelig, sterkt svaksynt", 890,
        "skrøpelig:2021 amd:2008 blind:2015 hørsel:2018 hypertensjon:1996",
        """amlodipin5 08
        vitamind 08
        paracetamol500 08*2 20*2
        laktulose 08*15""",
        "t36.4 p72 r15 s96 bp142/72", 155, "49.8", egfr=47, allergies=("nka",), flags=("HLR minus", "Fallrisiko"),
        kin="datteren Gro", rounds=2, tasks="Tilsyn 02 05:30", topics="syn hørsel stell sosial", night="0 00:15 Sover",
        goals=(("Lydbøker", "Hører lydbok hver dag", "Daisy-spiller, nye bøker hver {{wd+2}}"),),
        notes=((-19, "11:40", "", "Nye lydbøker fra biblioteket. Si hvem du er når du kommer inn, hun ser ikke ansikter."),),
    ),
    Story(
        103, "Eriksen", "Reidar", "M", "1948-07-07", "Hjerneslag, afasi", 175,
        "hjerneslag:2026 afasi:2026 dysfagi:2026 atrieflimmer:2026 hypertensjon:2010",
        """apiksaban5 08 20
        atorvastatin40 20
        metoprolol50 08
        ramipril5 08
        makrogol 08
        paracetamol1g 08 20""",
        "t36.6 p74 r16 s97 bp138/80", 179, "80.4", egfr=72, allergies=("nka",), flags=("Fallrisiko", "Tyktflytende drikke"),
        kin="kona Anne Grete", change=-1.2, rounds=3, tasks="Munnstell 08 20; Språktrening 12:30", topics="slag dysfagi afasi", night="0 01:05 Sover",
        goals=(("Språk", "Viser hva han vil med tavle eller ord", "Kommunikasjonstavle, gi god tid, ja- og nei-spørsmål"),
               ("Svelg", "Ingen aspirasjon", "Tyktflytende drikke, moset mat")),
        notes=((-55, "13:00", "Ingrid Fossheim", "Atrieflimmer påvist under innleggelse for hjerneinfarkt i mai. Apiksaban 5 mg x 2. Ikke platehemmer i tillegg."),
               (-11, "12:45", "", "Sa «takk» og «kaffe» tydelig i dag. Blir fortvilet når ordene ikke kommer; tavlen hjelper.")),
    ),
    Story(
        104, "Olsen", "Kari", "F", "1940-05-12", "Hjertesvikt, atrieflimmer", 240,
        "hjertesvikt:2020 atrieflimmer:2017 nyresvikt3:2023 hypotyreose:2004",
        """furosemid40 08*2 14
        bisoprolol2.5 08
        kandesartan8 08
        apiksaban2.5 08 20
        levotyroksin50 07
        empagliflozin10 08""",
        "t36.4 p78 r17 s95 bp120/68", 161, "58.9", middle="Lovise", egfr=42, allergies=("penutslett",), kin="datteren Mette",
        change=3.4, rounds=4, facts={"veies": "daglig"}, tasks="Vekt 07; Legge bein høyt 13", topics="hjertesvikt ødem væske", night="0 00:35 Sover høyt",
        goals=(("Væske", "Vekt 57–59,5 kg", "Vekt daglig, meld lege ved mer enn 2 kg på tre dager, salt med måte"),),
        notes=((-18, "12:30", "Ingrid Fossheim", "Kreatinin 112, kalium 4,6, NT-proBNP 3 120. Furosemid økt til 80 mg morgen og 40 mg kl. 14."),
               (-1, "14:10", "", "Vekt opp 1,4 kg siden {{wd-3}}. Hoven i anklene, sover høyt. Meldt lege, vurderes i morgen.")),
    ),
    Story(
        105, "Foss", "Magnhild", "F", "1936-08-30", "Leddgikt, smerter", 365,
        "leddgikt:1982 osteoporose:2012 hypertensjon:2001 reflux:2010",
        """metotreksat2.5 08*4 | uke 1
        folsyre1 08 | uke 2
        prednisolon5 08
        kalsiumd 12
        paracetamol1g 06 14 22
        pantoprazol20 07
        losartan50 08
        buprenorfin5 08 | uke -2""",
        "t36.5 p76 r16 s96 bp138/76", 157, "55.3", egfr=63, allergies=("nka",), kin="sønnen Olav", rounds=2,
        tasks="Varme hender 07:30; Tilsyn 04:45", topics="leddgikt smerte stell", night="0 01:20 Sover",
        goals=(("Morgenstivhet", "Kommer i klærne med hjelp av én", "Paracetamol kl. 06, varme votter en halv time før stell"),),
        notes=((-26, "13:10", "Ingrid Fossheim", "Leddgikt rolig, CRP 6, leukocytter 6,1, ALAT 22. Metotreksat 10 mg én dag i uken, folsyre dagen etter. Ikke NSAID ved siden av metotreksat."),
               (-5, "10:15", "", "Stiv i fingrene til ti om morgenen. Votter på varmeovnen gjorde stellet lettere.")),
    ),
    Story(
        106, "Berge", "Nils", "M", "1938-01-23", "Parkinson, svelgvansker", 410,
        "parkinson:2011 dysfagi:2024 forstoppelse:2015 falltendens:2022",
        """madopar100 07 11 15 19
        madopardepot 22
        makrogol 08 20
        rivastigmin9.5 08
        kalsiumd 12""",
        "t36.3 p70 r16 s96 bp112/62", 174, "66.7", egfr=65, allergies=("haldolcave",), flags=("Fallrisiko", "Tyktflytende drikke"),
        kin="kona Åshild", change=-2.5, rounds=2, tasks="Madopar 07 11 15 19; Snu i seng 01 05", topics="parkinson dysfagi snu", night="0 01:00 Sover",
        goals=(("Svelg", "Spiser uten å hoste", "Sitter oppreist, små skjeer, ikke prat under måltidet"),),
        notes=((-48, "12:00", "Ingrid Fossheim", "Fikk haloperidol under sykehusopphold i 2024 og ble svært stiv. CAVE haloperidol, heller ikke metoklopramid."),
               (-8, "13:00", "", "Hostet ved middag. Pause, hake ned mot brystet, så gikk det bedre.")),
    ),
    Story(
        107, "Gundersen", "Aud", "F", "1945-04-04", "Diabetes, amputert venstre legg", 285,
        "diabetes2:1999 amputert:2025 karsykdom:2018 nyresvikt3:2020 neuropati:2012",
        """insulinglargin 21*22
        insulinaspart 08*6 12*6 17*8
        linagliptin5 08
        acetylsalisyl75 08
        atorvastatin40 20
        losartan100 08
        gabapentin300 20
        paracetamol1g 08 20""",
        "t36.6 p78 r16 s97 bp140/74", 165, "76.5", egfr=36, allergies=("nka",), flags=("Fallrisiko",), kin="datteren Wenche", rounds=2,
        facts={"sukker": "9.6", "tider": "07:30 11:30 16:30 20:15"}, tasks="Blodsukker 07:30 11:30 16:30 20:15; Stell stump 09",
        topics="diabetes fot smerte", night="0 02:05 Sover",
        goals=(("Blodsukker", "6–12 mmol/l, ingen føling", "Måltidsinsulin settes når hun har maten foran seg"),
               ("Protese", "Går med protese til badet", "Liner eller strømpe hver morgen, se etter sår på stumpen")),
        notes=((-36, "13:20", "Ingrid Fossheim", "HbA1c 64 mmol/mol, eGFR 36. Metformin er avsluttet, linagliptin videre. Aspart justert ned 2 E til frokost etter to målinger på 4,5."),
               (-13, "11:20", "", "Rød flekk på stumpen etter protese. Avlastet i to dager, nå borte.")),
    ),
    Story(
        108, "Hegge", "Leif", "M", "1935-06-15", "Hjerteinfarkt, angina", 150,
        "infarkttidl:2026 angina:2012 hjertesvikt:2026 hypertensjon:1990",
        """acetylsalisyl75 08
        klopidogrel75 08
        metoprolol50 08
        isosorbid60 08
        ramipril2.5 08
        furosemid40 08
        atorvastatin40 20
        pantoprazol20 07
        ? glyserylnitrat0.5 maks 3 | ved brystsmerter""",
        "t36.4 p64 r16 s95 bp122/66", 172, "70.9", egfr=49, allergies=("nka",), flags=("HLR minus",), kin="sønnen Leif Arne", rounds=3,
        tasks="Vekt 07:15", topics="angina hjertesvikt væske", night="0 00:55 Sover",
        goals=(("Brystsmerter", "Går til spisesalen uten smerter", "Nitroglyserin i brystlommen, hvile halvveis"),),
        notes=((-44, "13:30", "Ingrid Fossheim", "Hjerteinfarkt i juni, konservativ behandling. Dobbel platehemming til desember, deretter bare acetylsalisylsyre. Pantoprazol så lenge."),
               (-6, "18:20", "", "Trykk i brystet etter trappen. BT 128/70, puls 68. Glyserolnitrat under tungen, borte etter fire minutter. Meldt lege, hviler i kveld.")),
    ),
    Story(
        109, "Olsson", "Kari", "F", "1942-10-27", "Hofteartrose, smerter", 120,
        "hofteartrose:2014 hypertensjon:2006 depresjon:2019 glaukom:2011",
        """paracetamol1g 08 14 20
        buprenorfin5 08 | uke -5
        amlodipin5 08
        sertralin50 08
        latanoprost 21""",
        "t36.5 p74 r15 s97 bp140/78", 160, "72.8", egfr=66, allergies=("erytromycin",), flags=("Fallrisiko",), kin="søsteren Gunn", rounds=2,
        tasks="Trening 11; Tilsyn 03:50", topics="hofte smerte humør trening", night="0 01:30 Sover",
        goals=(("Smerte", "Smerte 3 eller lavere ved gange", "Fast paracetamol, plaster hver {{wd-5}}"),),
        notes=((-23, "13:15", "Ingrid Fossheim", "Ønsker ikke protese. Smerter ved belastning, sover greit. NSAID unngås sammen med sertralin. Øyedråper uendret."),
               (-7, "14:20", "Jon Aasland", "Går 80 meter med rullator, hvilte én gang. Varme før trening hjelper.")),
    ),
    Story(
        110, "Jensen", "Wenche", "F", "1952-01-30", "Brystkreft, skjelettmetastaser", 64,
        "brystkreft:2019 skjelettmeta:2025 forstoppelse:2026",
        """anastrozol1 08
        oksykodondepot10 08 20
        paracetamol1g 08 14 20
        natriumpikosulfat 20*10
        makrogol 08
        dexametason4 08
        pantoprazol20 07
        ? oksykodon5 maks 6 | ved gjennombruddssmerter
        ? metoklopramid10 maks 3 | ved kvalme""",
        "t36.6 p82 r16 s96 bp124/72", 167, "60.1", egfr=69, allergies=("penicillin",), flags=("HLR minus", "Palliativ plan"),
        kin="mannen Svein", change=-4.0, rounds=2, tasks="Smertevurdering 02 06 10 14 18 22", topics="palliativ smerte humør",
        goals=(("Smerte", "Smerte 3 eller lavere i ro", "ESAS hver fjerde time, behovsmedisin 30 min før stell"),
               ("Tid hjemme", "Hjemme på søndager så lenge hun orker", "Permisjon avtalt, medisiner følger med")),
        notes=((-20, "12:30", "Ingrid Fossheim", "Metastaser i bekken og L4, strålebehandlet i september. Oksykodon depot økt til 10 mg x 2. CAVE penicillin, anafylaksi som ung."),
               (-1, "21:15", "", "Mer vondt i bekkenet i kveld, 6 av 10 ved snuing. Oksykodon 5 mg to ganger siste døgn med effekt etter 40 minutter. Mannen var her.")),
    ),
    Story(
        111, "Knutsen", "Harald", "M", "1939-09-09", "Hofteprotese, opptrening", 16,
        "lårhalstidl:2026 hypertensjon:2004 prostata:2012",
        """paracetamol1g 08 14 20
        dalteparin5000 20 | fra -16
        amlodipin5 08
        tamsulosin 08
        makrogol 08
        ? oksykodon5 maks 2 | før trening""",
        "t36.6 p76 r15 s97 bp136/76", 180, "82.1", egfr=70, allergies=("nka",), kin="kona Aase", rounds=3,
        tasks="Trening 10:30", topics="hofte trening smerte", night="0 00:50 Sover", wound="hofte",
        goals=(("Hjem", "Reiser hjem {{dm+2}} med hjemmesykepleie", "Trappetrening, hjelpemidler hjemme er på plass"),),
        notes=((-16, "15:10", "", "Kom fra sykehuset, operert med hofteprotese venstre side etter fall hjemme. Operasjonssår tørt."),
               (-3, "11:20", "Jon Aasland", "Går trapp, åtte trinn, med gelender og én krykke. Klar for hjemreise {{wd+2}}.")),
    ),
    Story(
        112, "Lunde", "Borghild", "F", "1929-04-02", "Skrøpelig, høy alder", 720,
        "skrøpelig:2019 aortastenose:2017 hørsel:2009 forstoppelse:2020",
        """laktulose 08*15
        vitamind 08
        paracetamol500 08*2 20*2""",
        "t36.2 p70 r16 s95 bp128/62", 152, "44.9", egfr=41, allergies=("plaster",), flags=("HLR minus",), kin="sønnen Arnfinn", change=-1.8, rounds=1,
        tasks="Snu i seng 00:30 04:30 20:30; Munnstell 08", topics="stell hørsel snu sosial", night="0 00:30 Sover",
        goals=(("Gode dager", "Er med på sangstunden {{wd+2}}", "Får hvile etter middag, sherry på lørdag"),),
        notes=((-33, "13:00", "Ingrid Fossheim", "97 år. Aortastenose, ønsker ingen inngrep. Få medisiner, ingen endring."),
               (-4, "15:30", "", "Sang alle versene av «Kjerringa med staven». Sønnen filmet til oldebarna.")),
    ),
    Story(
        113, "Berge", "Turid", "F", "1941-03-03", "Venøst leggsår", 58,
        "leggsår:2026 ødem:2020 hypertensjon:2009 fedme:1995",
        """paracetamol1g 08 14 20
        losartan50 08
        amlodipin5 08
        furosemid20 08
        vitamind 08""",
        "t36.6 p76 r16 s96 bp144/80", 163, "91.4", egfr=64, allergies=("jod", "plaster"), kin="datteren Lill", rounds=2,
        tasks="Stell leggsår 10:30", topics="sår kompresjon ødem", night="0 02:00 Sover", wound="legg",
        goals=(("Sår", "Leggsåret er lukket til jul", "Kompresjon to ganger i uken, bein høyt"),),
        notes=((-40, "12:00", "Ingrid Fossheim", "Venøst leggsår innside høyre legg, ABI 0,96. Kompresjon med to lag. Reagerer på jod: bruk ikke jodholdig bandasje."),),
    ),
    Story(
        114, "Moen", "Gunnar", "M", "1946-02-08", "Kronisk nyresvikt, gikt", 500,
        "nyresvikt4:2022 gikt:2005 hypertensjon:1999 diabetes2:2010",
        """linagliptin5 08
        allopurinol100 08
        amlodipin10 08
        furosemid40 08 14
        atorvastatin20 20
        insulinglargin 21*12""",
        "t36.5 p74 r16 s96 bp146/80", 177, "88.0", egfr=26, allergies=("nka",), flags=(), kin="broren Steinar", rounds=2,
        facts={"sukker": "9.0", "tider": "07:30 16:30"}, tasks="Blodsukker 07:30 16:30; Vekt 07:20", topics="nyre diabetes væske", night="0 01:15 Sover",
        episodes=(Episode(-22, -21, -17, "giktanfall", 0.6, 6, 0, 0, 4),),
        goals=(("Nyrer", "Stabil eGFR", "Ikke NSAID, drikker 1 500 ml, prøver hver måned"),),
        notes=((-21, "12:15", "Ingrid Fossheim", "Varm, rød og øm stortå venstre. Giktanfall. Prednisolon 20 mg i 5 dager, følg blodsukker tett. Ikke NSAID eller kolkisin med denne nyrefunksjonen."),
               (-17, "13:00", "", "Tåen er fin igjen. Blodsukker 11–15 under prednisolon, nå tilbake til 8–10.")),
    ),
    Story(
        115, "Nilsen", "Else", "F", "1937-06-24", "Depresjon, vekttap", 130,
        "depresjon:2026 underernært:2026 hypotyreose:2015 søvn:2026",
        """mirtazapin30 21
        levotyroksin75 07
        vitamind 08
        multivitamin 08""",
        "t36.3 p72 r15 s97 bp126/70", 159, "47.9", egfr=59, allergies=None, flags=(), kin="søsteren Bodil", change=-3.5, rounds=2,
        tasks="Næringsdrikk 10 15 20; Tilsyn 01:30 05", topics="humør ernæring søvn", night="0 01:30 Våken, ville ikke prate",
        goals=(("Matlyst", "Vekten øker 0,5 kg i måneden", "Småmåltider, spiser sammen med primærkontakt"),
               ("Stemning", "Er med på én ting hver dag", "Tur i hagen, MADRS hver fjerde uke")),
        notes=((-39, "12:40", "Ingrid Fossheim", "Enke siden i vår. MADRS 26. Mirtazapin økt til 30 mg. Ingen selvmordstanker. TSH normal."),
               (-12, "13:10", "Ingrid Fossheim", "MADRS 21. Sover bedre, spiser fortsatt lite. Fortsetter."),
               (-2, "14:20", "", "Ble med ut i hagen i ti minutter og kommenterte fuglene.")),
    ),
    Story(
        116, "Månsson", "Ingrid", "F", "1955-03-15", "Epilepsi etter hjerneblødning", 600,
        "hjernebl:2024 epilepsi:2024 spastisitet:2024 hypertensjon:2015",
        """levetiracetam500 08*2 20*2
        amlodipin10 08
        losartan50 08
        baklofen10 08 14 20
        makrogol 08
        ? midazolammunn maks 1 | ved krampe over 3 minutter""",
        "t36.6 p76 r16 s97 bp130/78", 170, "69.0", egfr=82, allergies=("nka",), flags=("Krampeplan",), kin="mannen Lars-Erik", rounds=2,
        tasks="Snu i seng 02 06 22; Tøyning 19", topics="snu stell epilepsi", night="0 02:00 Sover",
        goals=(("Anfall", "Ingen anfall over 3 minutter", "Levetiracetam til tiden, krampeplan henger på innsiden av skapdøren"),),
        notes=((-51, "16:40", "", "Generalisert krampe i 90 sekunder under stell. Lagt på siden, SpO₂ 93 % etterpå. Trøtt i to timer, deretter som vanlig. Lege orientert."),
               (-50, "11:30", "Ingrid Fossheim", "Ett anfall i går. Hadde kastet opp kveldsdosen dagen før. Ingen endring i dose nå.")),
    ),
)
