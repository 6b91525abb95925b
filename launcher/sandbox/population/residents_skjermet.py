"""The residents of Skjermet, rooms 301 to 316: people with dementia. Compact texts: see README of this folder."""

from __future__ import annotations

from launcher.sandbox.population.story import Episode, Story

RESIDENTS: tuple[Story, ...] = (
    Story(
        301, "Aune", "Rolf", "M", "1947-08-02", "Alzheimers, uro", 210,
        "alzheimer:2020 hypertensjon:2009 depresjon:2024",
        """memantin20 08
        escitalopram10 08
        amlodipin5 08
        melatonin2 20
        ? oksazepam10 maks 2 | ved uro når miljøtiltak ikke hjelper""",
        "t36.5 p76 r15 s97 bp136/78", 182, "79.3", egfr=73, allergies=("nka",), flags=("Utagering, se tiltaksplan",), kin="kona Bente", rounds=2,
        tasks="Tilsyn 04 06", topics="demens uro vandrer", night="0 00:45 Oppe og gikk",
        goals=(("Ro", "Færre enn to episoder med uro i uken", "Gå tur før vaktskiftet, én voksen om gangen, musikk fra 60-tallet"),),
        notes=((-28, "12:10", "Ingrid Fossheim", "Uro mest mellom 15 og 18. Utredet: ingen smerte, ingen infeksjon, avføring i orden. Miljøtiltak først, ikke antipsykotika."),
               (-4, "17:40", "", "Dyttet en medbeboer som satt i stolen hans. Skilte dem rolig, gikk ut i hagen. Avvik skrevet.")),
    ),
    Story(
        302, "Brekke", "Jorunn", "F", "1943-05-21", "Alzheimers sykdom", 480,
        "alzheimer:2018 osteoporose:2014",
        """memantin20 08
        kalsiumd 08
        denosumab60 08 | uke 60
        laktulose 08*15""",
        "t36.4 p70 r15 s97 bp128/72", 164, "60.2", egfr=68, allergies=("nka",), kin="mannen Odd", rounds=1,
        tasks="Tilsyn 05", topics="demens stell sosial", night="0 00:30 Sover",
        goals=(("Mestring", "Dekker bordet til frokost", "Får tid, ett redskap om gangen"),),
        notes=((-9, "09:30", "", "Dekket hele bordet selv og ba de andre til bords. Stolt."),),
    ),
    Story(
        303, "Christensen", "Tor", "M", "1949-11-11", "Frontotemporal demens", 390,
        "ftd:2019 fedme:2020 diabetes2:2022",
        """sertralin100 08
        metformin500 08 17
        atorvastatin20 20""",
        "t36.6 p78 r16 s97 bp138/82", 178, "96.4", egfr=84, allergies=("nka",), flags=("Spiser alt, også uspiselig",), kin="kona Lene", change=1.6, rounds=1,
        tasks="Tilsyn 02:45 05:45", topics="demens impuls vandrer", night="0 00:50 Sover", facts={"sukker": "8.2", "tider": "07:45"},
        goals=(("Grenser", "Går ikke inn til andre", "Egen runde kl. 10 og 16, låste skap på kjøkkenet"),),
        notes=((-14, "16:15", "", "Tok maten fra to andre ved middag. Har fått bord for seg selv nær kjøkkenet, det går bedre."),),
    ),
    Story(
        304, "Dalen", "Målfrid", "F", "1935-01-05", "Vaskulær demens", 560,
        "vaskdemens:2020 atrieflimmer:2018 hypertensjon:2000 forstoppelse:2021",
        """apiksaban2.5 08 20
        metoprolol50 08
        ramipril2.5 08
        makrogol 08""",
        "t36.3 p74 r16 s96 bp138/72", 158, "54.6", egfr=45, allergies=("nka",), flags=("HLR minus", "Fallrisiko"), kin="datteren Oddveig", rounds=2,
        tasks="Snu i seng 01 05 21", topics="demens stell snu hjertesvikt", night="0 01:00 Sover",
        goals=(("Hel hud", "Ingen trykksår", "Snus, krem på hælene"),),
        notes=((-22, "12:50", "Ingrid Fossheim", "Puls 72 uregelmessig, BT 136/70. Apiksaban 2,5 mg x 2 (alder og vekt). Uendret."),),
    ),
    Story(
        305, "Engen", "Asbjørn", "M", "1940-04-18", "Demens med lewylegemer", 260,
        "lewy:2021 falltendens:2022 forstoppelse:2019",
        """rivastigmin9.5 08
        madopar100 08 13 18
        melatonin2 21
        makrogol 08""",
        "t36.3 p64 r15 s97 bp116/64", 175, "70.1", egfr=62, allergies=("haldolcave",), flags=("Fallrisiko", "Tåler ikke antipsykotika"), kin="datteren Ragnhild", rounds=2,
        tasks="Tilsyn 01:45 04:15", topics="demens syner fall", night="0 02:20 Snakker med noen i rommet",
        falls=((-31, "02:50", "Skulle hjelpe en gutt han så i hjørnet. Falt over stolen. Rift i pannen, strips. Pupiller like, GCS 15. Observert hver time til morgenen."),),
        goals=(("Syner", "Er trygg når han ser noe", "Si at du ikke ser det, tenn lyset, bytt rom"),),
        notes=((-30, "11:20", "Ingrid Fossheim", "Fall med rift i pannen, ikke blodfortynnende. Ingen nevrologiske utfall. CAVE antipsykotika ved lewylegemer."),
               (-3, "22:30", "", "Så to barn på gardinstangen. Lyset på og en kopp te, så var de borte.")),
    ),
    Story(
        306, "Fjeld", "Solveig", "F", "1938-07-29", "Langtkommen Alzheimers", 1180,
        "alzheimer:2014 underernært:2025 trykksår:0 dysfagi:2025",
        """paracetamolmix 08*40 14*40 20*40
        laktulose 08*15
        vitaminddraper 08*10""",
        "t36.3 p76 r16 s96 bp112/62", 160, "43.7", egfr=58, allergies=("penutslett",), flags=("HLR minus", "Tyktflytende drikke"), kin="datteren Marit", change=-4.5, rounds=1,
        tasks="Snu i seng 00 03 06 09 12 15 18 21; Munnstell 08 20; Stell trykksår 10", topics="demens snu dysfagi ernæring sår", night="0 00:05 Sover", wound="sete",
        goals=(("Trykksår", "Såret på setet er grodd om fire uker", "Snus hver tredje time, 30 graders leie, luftmadrass"),
               ("Verdig", "Er ren, varm og uten smerte", "MOBID-2 hver {{wd+1}}")),
        notes=((-13, "11:00", "", "Trykksår grad 2 på setet, 1,8 × 1,2 cm. Fuktig sårbunn, hel hud rundt. Skum med kant, snus hver tredje time."),
               (-6, "11:30", "", "Såret er mindre, 1,5 × 1,0 cm. Spiser tre desilitersskåler moset mat om dagen.")),
    ),
    Story(
        307, "Gran", "Hjørdis", "F", "1925-02-17", "Demens, 101 år", 1460,
        "demensus:2016 hørsel:2005 aortastenose:2018",
        """laktulose 08*10
        paracetamol500 08 20""",
        "t36.1 p68 r16 s95 bp126/60", 149, "41.2", egfr=39, allergies=("nka",), flags=("HLR minus",), kin="datteren Reidun", change=-1.0, rounds=1,
        tasks="Tilsyn 04:30; Munnstell 21", topics="demens stell hørsel sosial", night="0 00:20 Sover",
        goals=(("Gode dager", "Får kaffe på sengen og avisen lest", "Kort rulletur ute når det er opphold"),),
        notes=((-17, "15:00", "", "Ordføreren var her med blomster, for sent til bursdagen, men hun tok imot som en dronning."),),
    ),
    Story(
        308, "Holm", "Jan", "M", "1954-06-13", "Korsakoffs syndrom", 820,
        "korsakoff:2018 kols:2016 neuropati:2017",
        """tiamin 08
        multivitamin 08
        tiotropium 08*2
        ? salbutamol maks 6 | ved tung pust""",
        "t36.5 p80 r17 s93 bp128/78", 177, "66.9", egfr=88, allergies=("nka",), kin="søsteren Grethe", rounds=1,
        tasks="Inhalasjon 08; Tilsyn 06:15", topics="demens impuls kols sosial", night="0 01:10 Sover",
        goals=(("Røyk", "Høyst åtte sigaretter om dagen", "Røyker ute med følge, avtalte klokkeslett"),),
        notes=((-10, "12:40", "", "Forteller at han skal på jobb på båten i morgen. Spilte yatzy med Kjell og vant."),),
    ),
    Story(
        309, "Isaksen", "Ellen", "F", "1946-09-03", "Alzheimers, går mye", 140,
        "alzheimer:2021 hypotyreose:2010 astma:1990",
        """donepezil10 21
        levotyroksin75 07
        budesformo 08*2 20*2""",
        "t36.5 p66 r15 s97 bp126/74", 166, "57.8", egfr=75, allergies=("asa",), flags=("Går ut alene",), kin="sønnen Marius", change=-2.8, rounds=1,
        tasks="Tilsyn 03:40 05:40", topics="demens vandrer ernæring", night="0 02:30 Sover",
        goals=(("Vekt", "Holder vekten", "Mat i hånden mens hun går: halve skiver, banan, vaffel"),),
        notes=((-25, "13:00", "Ingrid Fossheim", "Går anslagsvis åtte kilometer om dagen. Vekttap 1,6 kg. Donepezil 10 mg, puls 62, ingen synkope."),
               (-8, "16:30", "", "Gikk ut gjennom hagedøren, funnet ved porten etter sju minutter. Kodelås sjekket.")),
    ),
    Story(
        310, "Jacobsen", "Trygve", "M", "1942-12-01", "Demens ved Parkinson", 350,
        "parkdemens:2022 parkinson:2013 blæreparese:2024",
        """madopar100 07 11 15 19
        rivastigmin9.5 08
        kvetiapin25 20
        makrogol 08""",
        "t36.4 p70 r16 s96 bp114/64", 173, "67.2", egfr=60, allergies=("nka",), flags=("Fallrisiko",), kin="kona Ingunn", change=-1.5, rounds=2,
        tasks="Madopar 07 11 15 19; Snu i seng 01:30 05:30", topics="parkinson demens snu", night="0 01:30 Sover",
        goals=(("Medisin til tiden", "Madopar innen 15 minutter", "Kapselen åpnes og gis i eplemos"),),
        notes=((-15, "12:20", "Ingrid Fossheim", "Skremmende syner tross rivastigmin. Kvetiapin 25 mg kveld med god effekt, ikke mer stiv. Vurderes hver fjerde uke."),),
    ),
    Story(
        311, "Kvam", "Inger", "F", "1939-03-27", "Blandet demens, UVI", 320,
        "blandetdemens:2021 uvi:0 delirium:0 hypertensjon:2003",
        """memantin10 08
        amlodipin5 08
        pivmecillinam400 08 14 20 | kur -1 5
        paracetamol1g 08 14 20
        ostradiol10 21 | uke 1""",
        "t36.5 p74 r16 s97 bp138/76", 162, "58.3", egfr=52, allergies=("trimsulfa",), flags=("Fallrisiko",), kin="datteren Ingvild", rounds=21,
        tasks="Drikkeliste 06 10 14 18 22; Tilsyn 04 05", topics="demens væske",
        goals=(("Infeksjon", "NEWS2 under 3, klar som før", "Drikker 1 500 ml, NEWS2 hver fjerde time, samme ansikter"),),
        notes=((-2, "21:10", "", "Mer forvirret i kveld og svir ved vannlating. Temp 37,4. Urin til stiks i morgen."),
               (-1, "12:10", "Ingrid Fossheim", "UVI med begynnende delirium. Urinstiks nitritt og leukocytter positiv, CRP 38. CAVE trimetoprim-sulfa. Pivmecillinam 400 mg x 3 i 5 dager, dyrkning sendt. NEWS2 hver fjerde time.")),
    ),
    Story(
        312, "Kvamme", "Inger", "F", "1936-10-10", "Alzheimers sykdom", 640,
        "alzheimer:2017 kneartrose:2010 hypertensjon:2002",
        """memantin20 08
        paracetamol1g 08 14 20
        losartan50 08
        laktulose 08*15""",
        "t36.4 p72 r15 s97 bp140/74", 159, "63.9", egfr=55, allergies=("nka",), flags=("Fallrisiko",), kin="sønnen Eirik", rounds=1,
        tasks="Tilsyn 02:15 05:15", topics="demens kne smerte", night="0 02:15 Sover",
        goals=(("Smerte", "MOBID-2 under 3", "Fast paracetamol, varmepute på kneet"),),
        notes=((-20, "12:00", "", "MOBID-2 ved stell: 2. Sier «au» når kneet bøyes. Varmepute før stell."),),
    ),
    Story(
        313, "Larsen", "Bernt", "M", "1944-02-22", "Vaskulær demens, diabetes", 275,
        "vaskdemens:2022 diabetes2:2004 koronar:2013 hypertensjon:2001",
        """insulinglargin 08*16
        metformin500 08 17
        acetylsalisyl75 08
        atorvastatin40 20
        metoprolol50 08
        ramipril5 08""",
        "t36.5 p68 r16 s96 bp138/74", 176, "83.5", egfr=57, allergies=("nka",), kin="sønnen Roar", rounds=2,
        facts={"sukker": "9.2", "tider": "07:30 16:30"}, tasks="Blodsukker 07:30 16:30", topics="demens diabetes impuls", night="0 01:40 Sover",
        goals=(("Blodsukker", "6–13 mmol/l, ingen føling", "Insulin om morgenen, etter at han har begynt å spise"),),
        notes=((-19, "12:30", "Ingrid Fossheim", "HbA1c 61 mmol/mol. Tilfreds med dette ved demens. Glargin flyttet fra kveld til morgen etter én føling på natt."),),
    ),
    Story(
        314, "Nordby", "Astrid", "F", "1941-06-16", "Alzheimers, tristhet", 190,
        "alzheimer:2021 depresjon:2022 søvn:2023",
        """memantin20 08
        sertralin50 08
        melatonin2 21
        vitamind 08""",
        "t36.5 p72 r15 s98 bp124/70", 165, "61.0", egfr=70, allergies=None, kin="mannen Gunnar", rounds=1,
        tasks="Tilsyn 03:30", topics="demens humør søvn", night="0 00:55 Sover",
        goals=(("Trøst", "Har minst én god stund hver dag", "Minnebok, brev fra mannen leses kl. 16"),),
        notes=((-11, "16:40", "", "Gråt og lette etter barna. Leste brevet fra Gunnar, holdt hånden, ble rolig etter ti minutter."),),
    ),
    Story(
        315, "Rønning", "Oddvar", "M", "1937-05-09", "Alzheimers, tunghørt", 430,
        "alzheimer:2019 hørsel:2000 prostatakreft:2015 prostata:2010",
        """memantin20 08
        tamsulosin 08
        bikalutamid150 08
        kalsiumd 12""",
        "t36.4 p70 r16 s96 bp132/72", 171, "72.4", egfr=64, allergies=("penutslett",), flags=("Fallrisiko",), kin="datteren Hege", rounds=1,
        tasks="Tilsyn 01:20 04:45", topics="demens hørsel stell", night="0 01:20 På toalettet",
        goals=(("Høre", "Bruker høreapparat alle dager", "Settes på før frokost, batteri hver {{wd+0}}"),),
        notes=((-16, "09:40", "", "Høreapparatet lå i kaffekoppen. Nytt er bestilt, bruker samtaleforsterker så lenge."),),
    ),
    Story(
        316, "Solheim", "Gerd", "F", "1956-01-19", "Alzheimers, tidlig debut", 95,
        "alzheimertidlig:2019 migrene:1985 angst:2020",
        """donepezil10 08
        memantin20 08
        escitalopram10 08
        ? paracetamol1g maks 3 | ved hodepine""",
        "t36.6 p70 r15 s98 bp122/74", 169, "64.8", egfr=86, allergies=("skalldyr",), kin="mannen Terje", rounds=1,
        tasks="Tilsyn 05:05", topics="demens sosial angst", night="0 00:40 Sover",
        goals=(("Aktivitet", "Går tur ute hver dag", "Følge i 45 minutter, mannen går {{wd+5}}"),),
        notes=((-7, "14:30", "", "Gikk til fjorden og tilbake. Fant ikke ordet for «måke», men lo av det."),),
    ),
)
