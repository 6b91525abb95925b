"""The residents of Vestfløyen, rooms 201 to 216. How to read the compact texts: see README of this folder."""

from __future__ import annotations

from launcher.sandbox.population.story import Episode, Story

RESIDENTS: tuple[Story, ...] = (
    Story(
        201, "Aasen", "Gunvor", "F", "1935-03-08", "Alzheimers sykdom", 940,
        "alzheimer:2019 hypertensjon:2004 hørsel:2015",
        """memantin10 08
        amlodipin5 08
        paracetamol1g 08 14 20
        kalsiumd 08
        laktulose 08*15
        ? oksazepam10 maks 1 | ved uro om kvelden""",
        "t36.5 p72 r15 s96 bp138/74", 158, "52.4",
        egfr=48, allergies=("nka",), flags=("HLR minus",), kin="sønnen Geir",
        tasks="Snu i seng 00 04 08 12 16 20; Munnstell 21", topics="demens stell tale hørsel", night="0 00:30 Sover",
        goals=(("Trygghet", "Er rolig i stell tre av fire dager", "Fast primærkontakt, forklare ett trinn om gangen"),
               ("Hel hud", "Ingen trykksår", "Snus hver fjerde time om natten, luftmadrass")),
        notes=((-41, "13:40", "Ingrid Fossheim", "Årskontroll. Memantin uendret. BT 136/72. Sønnen var med. HLR minus drøftet med sønnen og bekreftet."),
               (-12, "10:50", "", "Prøvde nytt høreapparat på venstre øre. Hører bedre når vi setter oss foran henne og snakker tydelig."),
               (-3, "20:40", "", "Urolig da hun skulle legges, ville hjem til mor. Roet seg med sang og hånd å holde i. Ikke gitt oksazepam.")),
    ),
    Story(
        202, "Bakke", "Olav", "M", "1942-06-21", "Kols, oksygen 1 l/min", 410,
        "kols:2009 respsvikt:2023 hypertensjon:2011 forstoppelse:2022",
        """tiotropium 08*2
        budesformo 08*2 20*2
        acetylcystein600 08
        amlodipin5 08
        makrogol 08
        ? salbutamol maks 8 | ved tung pust""",
        "t36.6 p84 r19 s90 bp136/78 o1.0", 174, "61.8",
        egfr=66, allergies=("nka",), flags=("NEWS2: SpO₂ 88–92 %",), kin="kona Randi", change=-1.5, rounds=4,
        tasks="Inhalasjoner 08 20; SpO₂ 11 19:30", topics="kols oksygen tungpust sosial",
        exact="-1 23:10 t36.7 p82 r19 s90 bp134/76 o1.0 > s",
        episodes=(Episode(-47, -45, -38, "kolsforverring", 1.3, 16, 6, -3, 4, 1.0),),
        goals=(("Pust", "SpO₂ 88–92 % på 1 l/min", "Leppepust, hvile mellom gjøremål, oksygen fast 1 l/min"),
               ("Aktivitet", "Går til spisesalen to ganger om dagen", "Rullator med kurv til oksygenflaske")),
        notes=((-46, "11:20", "Ingrid Fossheim", "Kolsforverring: mer slim, misfarget, tyngre pust siden i går. Spredte pipelyder. Starter prednisolon 20 mg i 5 dager og doksysyklin i 7 dager. Oksygen 2 l/min inntil bedring, mål SpO₂ 88–92 %."),
               (-40, "13:15", "", "Bedre. Mindre slim, går til spisesalen igjen med rullator. Oksygen satt ned til 1 l/min."),
               (-9, "14:20", "Jon Aasland", "Gikk 120 meter med rullator og 1 l/min, SpO₂ 88 % på det laveste, hentet seg inn på to minutter. Fortsetter med leppepust og intervalltrening."),
               (-1, "23:15", "", "SpO₂ 90 % på 1 l/min. Hostet opp litt klart slim. Sitter høyt i sengen, vil ha vinduet på gløtt.")),
    ),
    Story(
        203, "Dahl", "Ingebjørg", "F", "1938-09-30", "Hjerneslag, høyre side", 265,
        "hjerneslag:2025 dysfagi:2025 hypertensjon:1998 depresjon:2025",
        """klopidogrel75 08
        atorvastatin40 20
        ramipril5 08
        amlodipin5 08 | fra 0
        escitalopram5 08
        paracetamol1g 08 20
        makrogol 08""",
        "t36.6 p74 r16 s96 bp150/82", 162, "66.3",
        egfr=58, allergies=("nka",), flags=("Fallrisiko", "Tyktflytende drikke"), kin="datteren Marianne", rounds=3,
        tasks="Munnstell 08 20; Treningsøkt arm 11", topics="slag dysfagi stell snu humør",
        exact="-1 22:50 t36.6 p76 r16 s96 bp152/84 > bp",
        news=("Ny forordning",),
        goals=(("Svelg", "Spiser trygt uten hoste", "Tyktflytende drikke, sitter oppreist 30 min etter måltid"),
               ("Forflytning", "Reiser seg med hjelp av én", "Aktiv forflytning til høyre og venstre, ståstativ to ganger i uken"),
               ("Blodtrykk", "Under 140/90", "Måles to ganger i uken, ved endring daglig")),
        notes=((-62, "12:30", "Jon Aasland", "Kraft 3 av 5 i høyre bein, 2 av 5 i høyre arm. Står med støtte av to. Mål: reise seg med hjelp av én innen jul."),
               (-20, "13:50", "", "Reiste seg fra stol med hjelp av én i dag for første gang. Datteren var til stede, rørt begge to."),
               (-6, "14:10", "", "BT 154/86, 150/82 og 152/84 siste dager. Meldt lege."),
               (-1, "13:30", "Ingrid Fossheim", "Blodtrykk vedvarende rundt 150/84 på ramipril 5 mg. Legger til amlodipin 5 mg morgen fra i morgen. Kontroll BT daglig i en uke. Obs ankelødem.")),
    ),
    Story(
        204, "Haugen", "Marit", "F", "1939-02-14", "Hjertesvikt, lungebetennelse", 512,
        "hjertesvikt:2021 lungebetennelse:0 atrieflimmer:2016 søvn:2023",
        """furosemid40 06
        metoprolol50 08
        apiksaban2.5 08 20
        doksysyklin100 08 | kur -4 7
        zopiklon3.75 21
        ? paracetamol1g maks 4 | ved smerter eller feber
        ? oksazepam10 maks 2 | ved uro""",
        "t36.7 p74 r16 s97 bp134/74", 163, "58.6",
        number="14823921420", egfr=46, allergies=("penicillin",), flags=("Fallrisiko", "HLR minus"), rounds=21,
        kin="datteren Liv", change=1.0,
        tasks="Snu i seng 00 04 08 12 16 20; Drikkeliste 06 14 22; Vekt 07; Lege på visitt 09",
        topics="hjertesvikt søvn væske",
        episodes=(Episode(-5, -4, -2, "lungebetennelse", 0.8, 8, 2, -1, 0),),
        goals=(("Infeksjon", "Temp under 38 og NEWS2 under 3", "NEWS2 hver time til under 5, doksysyklin til og med dag 7"),
               ("Væskebalanse", "Drikker 1 200 ml i døgnet, vekt under 59,5 kg", "Drikkeliste, vekt daglig før frokost"),
               ("Pust", "Hviler uten tung pust", "Hjertebrettet hevet, sitter oppe til måltider")),
        notes=((-34, "13:10", "Ingrid Fossheim", "Hjertesvikt stabil, NYHA III. Vekt 58,4 kg, ingen ødem av betydning. Furosemid 40 mg videreføres."),
               (-4, "11:40", "Ingrid Fossheim", "Hoste og temp 37,5 siden i går, knatrelyder basalt på høyre side. CRP 64. Lungebetennelse. CAVE penicillin (anafylaksi 1998). Doksysyklin 200 mg i dag, deretter 100 mg daglig, i alt 7 dager. Ønsker ikke innleggelse; behandles her. HLR minus står."),
               (-3, "21:30", "", "Hoster mindre. Temp 37,2. Drukket 900 ml. Datteren ringte, er orientert."),
               (-2, "14:00", "", "Kvikkere. Satt oppe til middag og spiste halv porsjon. Temp 36,9."),
               (-1, "07:20", "Eva Lie", "Sov godt, oppe én gang. Stelt i seng."),
               (-1, "14:05", "Anne Moe", "Lege på visitt: fortsett doksysyklin. Veies {{wd+4}}."),
               (-1, "22:40", "Jonas Berg", "Kveldsvakt: Slapp, lite matlyst. Drukket 600 ml. Lett hoste.")),
    ),
    Story(
        205, "Hovland", "Arne", "M", "1947-01-17", "Parkinsons sykdom", 300,
        "parkinson:2014 forstoppelse:2018 falltendens:2024 søvn:2022",
        """madopar100 06 10 14 18
        madopardepot 22
        makrogol 08
        melatonin2 21
        paracetamol1g 08 20
        kalsiumd 08""",
        "t36.5 p70 r15 s97 bp118/66", 178, "71.5",
        egfr=70, allergies=("nka",), flags=("Fallrisiko",), kin="kona Berit", rounds=2,
        tasks="Madopar 06 10 14 18; Tilsyn 01", topics="parkinson fall søvn", night="-1 23:40 Sover",
        falls=((-52, "18:35", "Falt baklengs da han snudde seg på badet. Ingen skade, ingen smerter. Hadde gått uten rullator."),
               (-17, "06:10", "Funnet sittende på gulvet ved sengen. Ville på toalettet før morgendosen. Skrubbsår høyre albue, renset.")),
        goals=(("Medisin til tiden", "Madopar gis innen 15 minutter fra klokkeslettet", "Alarm på vaktrommet, ikke sammen med melkemat"),
               ("Fall", "Ingen fall med skade", "Sensormatte om natten, rullator ved sengen, går aldri ut av dusjen alene")),
        notes=((-16, "11:00", "Ingrid Fossheim", "Fall tidlig om morgenen før første dose. Flytter første Madopar fra 07 til 06. Liggende BT 122/70, stående 104/62. Reiser seg i to trinn."),
               (-7, "15:20", "Jon Aasland", "Øvde på å snu i bue i stedet for på stedet. Taktfast musikk hjelper når han fryser i dørene.")),
    ),
    Story(
        206, "Iversen", "Bjørg", "F", "1933-05-26", "Palliativ fase", 148,
        "tykktarmkreft:2024 levermeta:2026 underernært:2026 hypotyreose:2001",
        """buprenorfin10 08 | uke -3
        levotyroksin50 07
        natriumpikosulfat 20*10
        paracetamol1g 08 14 20
        ? morfinsc maks 6 *2.5 | ved smerter eller tung pust
        ? midazolam maks 4 *2.5 | ved uro
        ? haldol0.5 maks 3 | ved kvalme
        ? glykopyrron maks 4 *0.2 | ved surkling""",
        "t36.7 p88 r18 s94 bp108/62", 157, "44.8",
        egfr=52, allergies=("trimsulfa",), flags=("HLR minus", "Palliativ plan"), kin="datteren Kristin", change=-7.0, rounds=1,
        tasks="Snu i seng 00 04 08 12 16 20; Munnstell 02 06 10 14 18 22", topics="palliativ smerte munnstell",
        news=("Datter er her",),
        goals=(("Lindring", "ESAS smerte 3 eller lavere", "ESAS hver fjerde time, lindrende skrin på rommet"),
               ("Nærhet", "Har noen hos seg når hun vil", "Datteren får seng på rommet, fastvakt ved behov")),
        notes=((-21, "12:20", "Ingrid Fossheim", "Forhåndssamtale med Bjørg og datteren Kristin. Hun vil være her, ikke på sykehus. Ingen livsforlengende behandling. HLR minus. Lindrende skrin forordnet."),
               (-8, "13:00", "Ingrid Fossheim", "Spiser lite, sover mye av dagen. Plaster økt til 10 µg/t for tre uker siden med god effekt. Blodtrykksmedisin er seponert."),
               (-2, "21:40", "", "Drikker bare noen slurker. Fuktet munnen hver annen time. ESAS smerte 3, kvalme 1. Datteren kommer i morgen og blir."),
               (-1, "20:30", "Jonas Berg", "Datteren Kristin er kommet og sover på rommet. Bjørg kjente henne igjen og smilte.")),
    ),
    Story(
        207, "Johansen", "Kåre", "M", "1944-10-05", "Diabetes type 2, fotsår", 220,
        "diabetes2:2003 fotsår:2026 neuropati:2017 karsykdom:2019 hypertensjon:2005",
        """insulinglargin 21*18
        metformin500 08 17
        klopidogrel75 08
        atorvastatin40 20
        ramipril5 08
        gabapentin300 08 20
        paracetamol1g 08 14 20""",
        "t36.6 p76 r16 s96 bp142/76", 176, "84.2",
        egfr=54, allergies=("nka",), flags=("Fallrisiko",), kin="sønnen Terje", rounds=2,
        tasks="Blodsukker 07:30 11:30 16:30 20:15; Stell fotsår 10", topics="diabetes sår fot",
        wound="fot", facts={"sukker": "8.4", "tider": "07:30 11:30 16:30 20:15"},
        goals=(("Sår", "Fotsåret er mindre for hver uke", "Skift annenhver dag, avlastende sko, bilde hver {{wd+2}}"),
               ("Blodsukker", "6–12 mmol/l, ingen føling", "Måles før måltider og til kvelden")),
        notes=((-58, "11:30", "Ingrid Fossheim", "Sår under venstre forfot, 2,4 × 1,8 cm, ikke til bein. Puls i fot svak, tidligere utredet hos karkirurg. Avlastningssko bestilt. Henvist diabetisk fotteam."),
               (-30, "13:00", "", "Var på fotteamet i dag. Revidert, avlastningsstøvel tilpasset. Fortsetter skift annenhver dag."),
               (-1, "20:25", "Jonas Berg", "Blodsukker 6,1 til kvelden, lavere enn vanlig etter lite middag. Spiste to brødskiver. Glargin 18 E gitt som forordnet. Nattevakt måler på nytt.")),
    ),
    Story(
        208, "Kristiansen", "Åse", "F", "1936-04-11", "Lårhalsbrudd, operert {{dm-11}}", 8,
        "lårhals:0 osteoporose:2020 hypertensjon:2009 forstoppelse:2026",
        """oksykodondepot5 08 20 | fra -8
        paracetamol1g 08 14 20
        dalteparin5000 20 | fra -8
        makrogol 08 | fra -8
        kalsiumd 08
        amlodipin5 08
        ? oksykodon5 maks 4 | ved smerter før trening eller stell""",
        "t36.8 p80 r16 s96 bp128/70", 160, "57.1",
        egfr=61, allergies=("latex",), flags=("Fallrisiko",), kin="niesen Hilde", rounds=8,
        tasks="Snu i seng 00:30 04:30 08:30 20:30; Trening 11; Smertevurdering 10 18", topics="hofte smerte trening",
        night="0 02:10 smerte 2", wound="hofte",
        goals=(("Gå igjen", "Går til spisesalen med rullator før hjemreise", "Trening daglig med fysioterapeut, smertelindring en halv time før"),
               ("Hjem", "Reiser hjem til egen leilighet om tre uker", "Hjemmebesøk med ergoterapeut, trygghetsalarm")),
        notes=((-8, "15:40", "", "Kom fra sykehuset {{dm-8}} etter hemiprotese høyre hofte {{dm-11}}. Bandasje tørr. Smerte 4 av 10 ved forflytning. CAVE latex: latexfrie hansker henger på døren."),
               (-7, "12:10", "Ingrid Fossheim", "Innkomst. Hemiprotese høyre side, full belastning tillatt. Dalteparin til sammen 35 dager. Oksykodon trappes ned når treningen går bedre. Stinger fjernes dag 14."),
               (-4, "13:30", "Jon Aasland", "Sto med prekestol og gikk seks skritt. Redd, men fornøyd etterpå."),
               (-1, "13:10", "Jon Aasland", "Gikk 15 meter med prekestol. Trener trapp neste uke.")),
    ),
    Story(
        209, "Lien", "Torbjørn", "M", "1950-06-03", "Avlastning i to uker", 1,
        "hjerneslag:2021 hypertensjon:2012 mrsa:2026",
        """klopidogrel75 08
        atorvastatin40 20
        losartan50 08
        amlodipin5 08""",
        "t36.8 p67 r15 s98 bp139/77", 181, "86.0",
        number="03865033361", egfr=74, allergies=("nka",), flags=("Smittevern: MRSA",), kin="kona Synnøve", rounds=30,
        tasks="Blodtrykk 06:30 18:30", topics="slag smitte avlastning",
        exact="""-1 14:30 t36.7 p66 r15 s97 bp142/78 > bp
        -1 16:30 t36.9 p68 r14 s98 bp140/78 > bp
        -1 18:30 t36.6 p68 r15 s98 bp136/74 > bp
        -1 20:20 t36.8 p66 r15 s97 bp139/77 > bp
        -1 22:20 t36.9 p68 r15 s98 bp138/76 > bp""",
        news=("Kom {{dm-1}}",),
        goals=(("Avlastning", "Kona får hvile, Torbjørn beholder det han kan", "Går tur hver dag, steller seg selv med tilrettelegging"),),
        notes=((-1, "14:40", "Anne Moe", "Kom kl. 14 sammen med kona Synnøve. Avlastning i to uker. MRSA påvist i nese i oktober: enerom, smittefrakk og hansker ved stell. Selvhjulpen i det meste, svak i venstre arm etter slag i 2021."),
               (-1, "22:25", "Jonas Berg", "Spiste godt til kvelds. Har funnet seg til rette og ser på fotball. Blodtrykk 138/76.")),
    ),
    Story(
        210, "Måseide", "Olav", "M", "1941-08-19", "Demens, går om natten", 350,
        "vaskdemens:2022 atrieflimmer:2015 hypertensjon:2002 søvn:2023",
        """apiksaban5 08 20
        metoprolol50 08
        memantin10 08
        melatonin2 20
        ? oksazepam10 maks 1 | ved sterk uro, ikke fast""",
        "t36.4 p72 r15 s97 bp134/76", 175, "73.8",
        egfr=62, allergies=("nka",), flags=("Fallrisiko", "Går ut alene"), kin="datteren Turid", change=-1.8,
        tasks="Tilsyn 00:15 05:15 07:15", topics="demens vandrer natt", night="0 02:15 Oppe og gikk",
        falls=((-66, "03:20", "Hørte et dunk. Sto på kne ved døren. Ingen skade. Hadde tatt på seg yttersko."),),
        goals=(("Natt", "Sover fra midnatt til fem", "Følges en runde i gangen, varm melk, lys på badet"),
               ("Sikkerhet", "Forlater ikke avdelingen alene", "Døralarm, lokaliseringsteknologi, vedtak til {{dm+60}}")),
        notes=((-37, "12:00", "Ingrid Fossheim", "Går mye om natten. Melatonin 2 mg fra kl. 20. Unngår sovemedisin på grunn av fallfare og blodfortynnende. Vedtak om døralarm fornyet."),
               (-5, "05:50", "", "Oppe tre ganger. Lette etter bilnøklene. Fulgte ham en runde og så inn i stuen, la seg selv igjen kl. 04.")),
    ),
    Story(
        211, "Haugan", "Marit", "F", "1941-11-09", "Beinskjørhet, brudd i rygg", 190,
        "osteoporose:2016 ryggbrudd:2026 astma:1975 forstoppelse:2026",
        """paracetamol1g 06 14 22
        kalsiumd 08
        alendronat70 07 | uke 0 | fastende, sitter oppe 30 min etterpå, kalsium tidligst en time senere
        budesformo 08*2 20*2
        buprenorfin5 08 | uke -4
        makrogol 08
        ? salbutamol maks 8 | ved tung pust""",
        "t36.6 p72 r16 s97 bp128/70", 161, "54.2",
        number="09914131860", egfr=57, allergies=("asa",), flags=("Fallrisiko",), kin="søsteren Inger Johanne", rounds=2,
        tasks="Tilsyn 01 05; Trening 13", topics="rygg smerte astma", night="0 00:50 Sover",
        exact="-1 20:10 t36.6 p72 r16 s97 bp128/70 > bp", facts={"vektdag": "-3"},
        goals=(("Smerte", "Smerte 3 av 10 eller lavere når hun sitter", "Fast paracetamol, plaster byttes hver {{wd-4}}"),
               ("Opp av sengen", "Oppe til alle måltider", "Korsett når hun er oppe, korte økter")),
        notes=((-70, "13:20", "Ingrid Fossheim", "Sammenfall i L1 og L3 etter å ha løftet en kurv. Smertelindres med paracetamol fast og buprenorfin 5 µg/t. Ikke NSAID: CAVE acetylsalisylsyre (bronkospasme)."),
               (-10, "14:30", "Jon Aasland", "Går 60 meter med rullator. Bruker korsettet riktig. Lett smerte til venstre i korsryggen."),
               (-3, "08:40", "", "Vekt 54,2 kg. God natt, lite smerter.")),
    ),
    Story(
        212, "Nygård", "Solfrid", "F", "1946-07-02", "MS, kateter", 1310,
        "ms:1989 blæreparese:2010 spastisitet:2012 forstoppelse:2012",
        """baklofen10 08 14 20
        gabapentin300 20
        makrogol 08
        vitamind 08
        ? paracetamol1g maks 3 | ved smerter""",
        "t36.5 p70 r15 s97 bp122/72", 168, "63.0",
        egfr=64, allergies=("nka",), flags=("Smittevern: ESBL",), kin="mannen Kjell", rounds=2,
        tasks="Tøm pose 06 14 22; Snu i seng 02 10 18", topics="ms kateter snu stell", night="-1 23:55 diurese 450",
        episodes=(Episode(-33, -31, -26, "urinveisinfeksjon", 1.9, 22, 3, -1, -8),),
        goals=(("Kateter", "Ingen urinveisinfeksjon de neste tre månedene", "Suprapubisk kateter skiftes hver 8. uke, drikker 1 500 ml"),
               ("Spasmer", "Sover uten spasmer som vekker henne", "Tøyning kveld, baklofen fast")),
        notes=((-32, "12:15", "Ingrid Fossheim", "Temp 38,4, frysninger, grumset urin. Nitritt og leukocytter pos. Kateter skiftet. Starter pivmecillinam 400 mg x 3 i 7 dager, dyrkning sendt."),
               (-25, "13:00", "", "Feberfri i flere dager, kur avsluttet. Dyrkning: E. coli med ESBL, følsom for pivmecillinam. Kontaktsmitteregime ved stell av kateter."),
               (-4, "14:00", "", "Skiftet suprapubisk kateter Ch 16, 10 ml i ballong. Gikk fint. Neste skift {{dm+52}}")),
    ),
    Story(
        213, "Ødegård", "Per", "M", "1931-02-25", "Skrøpelig, ernæring", 205,
        "skrøpelig:2024 underernært:2026 prostata:2008 hørsel:2012",
        """mirtazapin15 21
        vitamind 08
        tamsulosin 08
        multivitamin 08
        paracetamol1g 08 20
        laktulose 08*15""",
        "t36.3 p76 r16 s96 bp116/64", 172, "52.6",
        egfr=44, allergies=("nka",), flags=("Fallrisiko", "HLR minus"), kin="sønnen Per Gunnar", change=-6.2, rounds=2,
        tasks="Næringsdrikk 06 10 15 20; Snu i seng 02:30 06:30 10:30 22:30", topics="ernæring stell snu hørsel", night="-1 23:30 drukket 200",
        news=("Vekt −1,2 kg",), facts={"fall": "1.2"},
        goals=(("Ernæring", "Vekten holder seg over 51 kg", "Næringsdrikk fire ganger, ønskekost, fløte i grøten, vekt hver {{wd-1}}"),
               ("Hel hud", "Ingen trykksår", "Luftmadrass, snus hver fjerde time, hæler avlastet")),
        notes=((-45, "13:45", "Ingrid Fossheim", "Vekttap 4 kg siste halvår, BMI 18,6. Ingen mistanke om ny alvorlig sykdom, ønsker ikke utredning. Mirtazapin 15 mg for søvn og matlyst. Ernæringsplan."),
               (-15, "12:50", "", "Spiser best når han sitter sammen med andre. Liker rømmegrøt og kald melk. Tar næringsdrikk iskald."),
               (-1, "10:30", "Anne Moe", "Vekt gått ned 1,2 kg på en uke. Spiser kvart porsjon til middag. Meldt lege, ernæringskort fire dager.")),
    ),
    Story(
        214, "Sæther", "Ragnhild", "F", "1937-10-14", "Hjertesvikt", 96,
        "hjertesvikt:2019 atrieflimmer:2014 ødem:2026 nyresvikt3:2022",
        """furosemid40 08
        furosemid20 14
        bisoprolol5 08
        kandesartan8 08
        apiksaban2.5 08 20
        jern100 17""",
        "t36.5 p78 r17 s95 bp124/70", 159, "59.4",
        egfr=38, allergies=("nka",), kin="sønnen Audun", change=2.0, rounds=3, facts={"veies": "daglig"},
        tasks="Vekt 07; Legge bein høyt 13 19", topics="hjertesvikt ødem væske", night="-1 23:15 Hevelse i bein",
        goals=(("Væske", "Vekt 58–60 kg", "Vekt daglig kl. 07, meld lege ved mer enn 2 kg på tre dager"),),
        notes=((-27, "12:40", "Ingrid Fossheim", "Økende ankelødem, vekt 59,9 kg. Furosemid økt med 20 mg kl. 14. Kreatinin 118, kalium 4,4. Ny prøve om to uker."),
               (-13, "13:10", "Ingrid Fossheim", "Kreatinin 121, kalium 4,5. Uendret dose."),
               (-1, "23:20", "", "Hoven til midt på leggen begge sider, mest venstre. Ikke tung i pusten. Bein høyt i sengen. Veies i morgen tidlig.")),
    ),
    Story(
        215, "Tangen", "Einar", "M", "1940-01-29", "Nyresvikt, stadium 4", 430,
        "nyresvikt4:2021 nyreanemi:2023 hypertensjon:1995 gikt:2010 koronar:2011",
        """furosemid40 08*2 14
        amlodipin10 08
        allopurinol100 08
        acetylsalisyl75 08
        simvastatin20 20
        darbepoetin30 08 | uke -5
        ? paracetamol1g maks 3 | ved smerter""",
        "t36.4 p74 r16 s96 bp144/78", 173, "78.9",
        egfr=22, allergies=("kontrast",), kin="kona Ruth", rounds=2,
        tasks="Blodtrykk 07:30; Vekt 07:15", topics="nyre væske kløe", night="0 01:10 Sover",
        goals=(("Nyrer", "Unngår dialyse, ønsker konservativ behandling", "Ikke NSAID, forsiktig med nye medisiner, blodprøver hver måned"),),
        notes=((-30, "13:30", "Ingrid Fossheim", "eGFR 22, kalium 4,9, Hb 10,8. Nefrolog: konservativ behandling videre. Ikke NSAID eller metformin. CAVE røntgenkontrast."),
               (-6, "15:00", "", "Plages av kløe på ryggen om kvelden. Smurt med fuktighetskrem, hjalp noe.")),
    ),
    Story(
        216, "Vik", "Aslaug", "F", "1934-06-07", "Gjentatte fall", 77,
        "falltendens:2025 hypotyreose:1994 kneartrose:2008 aortastenose:2020",
        """levotyroksin75 07
        paracetamol1g 08 14 20
        kalsiumd 12
        metoprolol25 08""",
        "t36.5 p70 r16 s96 bp136/72", 164, "62.7",
        egfr=51, allergies=None, flags=("Fallrisiko",), kin="datteren Solveig", rounds=3,
        tasks="Tilsyn 04 06 23", topics="fall kne smerte",
        falls=((-61, "16:05", "Snublet i teppekanten. Blåmerke venstre håndledd, beveger fritt. Teppet er fjernet."),
               (-25, "21:30", "Falt da hun reiste seg fra toalettet. Slo ikke hodet. BT liggende 138/74, stående 118/66."),
               (-9, "05:40", "Gled ned fra sengekanten. Ingen smerter.")),
        news=("Fall {{t-95}}",),
        goals=(("Fall", "Ingen fall med skade", "Sensormatte, lavt sengenivå, lys på badet, hoftebeskyttere"),),
        notes=((-24, "11:50", "Ingrid Fossheim", "Tredje fall på to måneder. Ortostatisk fall i BT. Zopiklon seponert, metoprolol redusert til 25 mg. Allergier må avklares med fastlegen, ikke i journalen derfra."),
               (-8, "13:20", "Jon Aasland", "Reise-sette-test 5 ganger på 24 sekunder. Styrketrening to ganger i uken i gruppe.")),
    ),
)
