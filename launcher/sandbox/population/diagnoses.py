"""Diagnoses in both Norwegian code systems: ICPC-2 in primary care, ICD-10 where a hospital or nursing home codes."""

from __future__ import annotations

# key: ICPC-2 | its name | ICD-10 | its name | short text
_TABLE = """
hjertesvikt K77|Hjertesvikt|I50.9|Uspesifisert hjertesvikt|Hjertesvikt
atrieflimmer K78|Atrieflimmer/flutter|I48.2|Kronisk atrieflimmer|Kronisk atrieflimmer
hypertensjon K86|Hypertensjon ukomplisert|I10|Essensiell (primær) hypertensjon|Hypertensjon
lungebetennelse R81|Lungebetennelse|J18.9|Uspesifisert pneumoni|Lungebetennelse
kols R95|Kronisk obstruktiv lungesykdom|J44.9|Uspesifisert kronisk obstruktiv lungesykdom|Kols
respsvikt R99|Luftveissykdom IKA|J96.1|Kronisk respirasjonssvikt|Kronisk respirasjonssvikt
alzheimer P70|Demens|G30.1|Alzheimers sykdom med sen debut|Alzheimers sykdom
alzheimertidlig P70|Demens|G30.0|Alzheimers sykdom med tidlig debut|Alzheimers sykdom, tidlig debut
vaskdemens P70|Demens|F01.9|Uspesifisert vaskulær demens|Vaskulær demens
blandetdemens P70|Demens|F00.2|Demens ved Alzheimers sykdom, atypisk eller blandet form|Blandet demens
lewy P70|Demens|G31.8|Andre spesifiserte degenerative tilstander i nervesystemet|Demens med lewylegemer
ftd P70|Demens|G31.0|Avgrenset hjerneatrofi|Frontotemporal demens
parkdemens P70|Demens|F02.3|Demens ved Parkinsons sykdom|Demens ved Parkinsons sykdom
korsakoff P70|Demens|F10.6|Amnesisyndrom som skyldes bruk av alkohol|Korsakoffs syndrom
demensus P70|Demens|F03|Uspesifisert demens|Demens
hjerneslag K90|Hjerneslag|I69.3|Følgetilstander etter hjerneinfarkt|Følger av hjerneinfarkt
hjernebl K90|Hjerneslag|I69.1|Følgetilstander etter intracerebral blødning|Følger av hjerneblødning
afasi N19|Taleforstyrrelse|R47.0|Dysfasi og afasi|Afasi
parkinson N87|Parkinsonisme|G20|Parkinsons sykdom|Parkinsons sykdom
dysfagi D21|Svelgeproblem|R13|Dysfagi|Svelgvansker
epilepsi N88|Epilepsi|G40.2|Lokalisasjonsrelatert symptomatisk epilepsi|Epilepsi
ms N86|Multippel sklerose|G35|Multippel sklerose|Multippel sklerose
blæreparese U04|Urininkontinens|N31.9|Uspesifisert nevrogen blæreforstyrrelse|Nevrogen blære
spastisitet N28|Nedsatt funksjon nevrologi|M62.4|Kontraktur i muskel|Spastisitet
diabetes2 T90|Diabetes ikke-insulinavhengig|E11.9|Diabetes mellitus type 2, uten komplikasjoner|Diabetes type 2
diabetes1 T89|Diabetes insulinavhengig|E10.9|Diabetes mellitus type 1, uten komplikasjoner|Diabetes type 1
fotsår S97|Kronisk hudsår|E11.5|Diabetes mellitus type 2 med perifere karkomplikasjoner|Diabetisk fotsår
leggsår S97|Kronisk hudsår|I83.0|Åreknuter i underekstremitet med sår|Venøst leggsår
trykksår S97|Kronisk hudsår|L89.1|Dekubitalsår grad II|Trykksår grad 2
neuropati N94|Perifer nevritt/nevropati|G63.2|Diabetisk polynevropati|Diabetisk polynevropati
alkoholneuropati N94|Perifer nevritt/nevropati|G62.1|Alkoholisk polynevropati|Alkoholisk polynevropati
amputert L99|Sykdom muskel/skjelett IKA|Z89.5|Ervervet mangel på bein, under kne|Leggamputert
karsykdom K92|Aterosklerose/perifer karsykdom|I70.2|Aterosklerose i arterier i ekstremiteter|Perifer karsykdom
lårhals L75|Brudd lårben/lårhals|S72.0|Brudd i lårhals|Lårhalsbrudd
lårhalstidl L75|Brudd lårben/lårhals|Z96.6|Tilstedeværelse av ortopedisk leddimplantat|Hofteprotese etter lårhalsbrudd
hofteartrose L89|Hofteleddsartrose|M16.1|Annen primær koksartrose|Hofteleddsartrose
kneartrose L90|Kneleddsartrose|M17.1|Annen primær gonartrose|Kneleddsartrose
osteoporose L95|Osteoporose|M81.0|Postmenopausal osteoporose|Beinskjørhet
ryggbrudd L76|Brudd IKA|M80.0|Postmenopausal osteoporose med patologisk brudd|Sammenfallsbrudd i rygg
leddgikt L88|Reumatoid artritt|M05.9|Uspesifisert seropositiv reumatoid artritt|Leddgikt
gikt T92|Urinsyregikt|M10.9|Uspesifisert urinsyregikt|Urinsyregikt
nyresvikt3 U99|Sykdom urinveier IKA|N18.3|Kronisk nyresykdom, stadium 3|Nyresykdom, stadium 3
nyresvikt4 U99|Sykdom urinveier IKA|N18.4|Kronisk nyresykdom, stadium 4|Nyresvikt, stadium 4
nyreanemi B82|Anemi IKA|D63.8|Anemi ved andre kroniske sykdommer|Anemi ved nyresvikt
jernmangel B80|Jernmangelanemi|D50.9|Uspesifisert jernmangelanemi|Jernmangelanemi
b12mangel B81|Perniciøs/folatmangelanemi|D51.0|Vitamin B12-mangelanemi|B12-mangel
underernært T05|Problem med spising, voksen|E44.0|Moderat underernæring|Underernæring
skrøpelig P05|Senilitet|R54|Alderdomssvakhet|Skrøpelighet
falltendens A29|Generelle symptomer/plager IKA|R29.6|Falltendens|Falltendens
depresjon P76|Depressiv lidelse|F32.1|Moderat depressiv episode|Depresjon
angst P74|Angstlidelse|F41.1|Generalisert angstlidelse|Angstlidelse
søvn P06|Søvnforstyrrelse|G47.0|Innsovnings- og søvnvansker|Søvnvansker
hypotyreose T86|Hypotyreose/myksødem|E03.9|Uspesifisert hypotyreose|Lavt stoffskifte
forstoppelse D12|Forstoppelse|K59.0|Forstoppelse|Forstoppelse
koronar K76|Iskemisk hjertesykdom uten angina|I25.1|Aterosklerotisk hjertesykdom|Koronarsykdom
angina K74|Iskemisk hjertesykdom med angina|I20.9|Uspesifisert angina pectoris|Angina pectoris
infarkttidl K76|Iskemisk hjertesykdom uten angina|I25.2|Gammelt hjerteinfarkt|Gjennomgått hjerteinfarkt
aortastenose K83|Hjerteklaffsykdom IKA|I35.0|Aortastenose|Aortastenose
amd F84|Makuladegenerasjon|H35.3|Degenerasjon av makula og bakre pol|Makuladegenerasjon
blind F94|Blindhet/svaksynthet|H54.1|Alvorlig synssvekkelse|Sterkt svaksynt
glaukom F93|Glaukom|H40.1|Primært åpenvinklet glaukom|Grønn stær
hørsel H84|Presbyacusis|H91.1|Presbyacusis|Nedsatt hørsel
tykktarmkreft D75|Ondartet svulst tykktarm/endetarm|C18.9|Ondartet svulst i tykktarm|Tykktarmskreft
levermeta D77|Ondartet svulst fordøyelse IKA|C78.7|Metastase i lever|Levermetastaser
brystkreft X76|Ondartet svulst bryst kvinne|C50.9|Ondartet svulst i bryst|Brystkreft
skjelettmeta A79|Ondartet svulst IKA|C79.5|Metastase i beinvev og beinmarg|Skjelettmetastaser
prostatakreft Y77|Ondartet svulst prostata|C61|Ondartet svulst i blærehalskjertel|Prostatakreft
prostata Y85|Godartet prostataforstørrelse|N40|Prostatahyperplasi|Forstørret prostata
uvi U71|Cystitt/urinveisinfeksjon|N39.0|Urinveisinfeksjon|Urinveisinfeksjon
delirium P71|Organisk psykose IKA|F05.1|Delirium ved demens|Delirium
astma R96|Astma|J45.9|Uspesifisert astma|Astma
reflux D84|Øsofagussykdom|K21.9|Gastroøsofageal reflukssykdom|Refluks
mrsa A78|Infeksjonssykdom IKA|Z22.3|Bærer av MRSA|MRSA-bærer
ødem K07|Ankelødem|R60.0|Lokalisert ødem|Hevelse i bein
lipid T93|Lipidforstyrrelse|E78.0|Hyperkolesterolemi|Høyt kolesterol
fedme T82|Fedme|E66.9|Fedme|Fedme
migrene N89|Migrene|G43.9|Migrene|Migrene
spenningshode N95|Spenningshodepine|G44.2|Spenningshodepine|Spenningshodepine
hodepine N01|Hodepine|R51|Hodepine|Hodepine
otitt H71|Akutt mellomørebetennelse|H66.9|Mellomørebetennelse|Mellomørebetennelse
svangerskap W78|Svangerskap|Z34.9|Kontroll av normalt svangerskap|Svangerskap
skulder L92|Skuldersyndrom|M75.4|Impingement i skulder|Skuldersyndrom
rygg L84|Ryggsyndrom uten smerteutstråling|M54.5|Lumbago|Korsryggsmerter
eksem S87|Atopisk dermatitt/eksem|L20.9|Atopisk dermatitt|Atopisk eksem
pollen R97|Allergisk rhinitt|J30.1|Allergisk rhinitt som skyldes pollen|Pollenallergi
adhd P81|Hyperkinetisk forstyrrelse|F90.0|Forstyrrelse av aktivitet og oppmerksomhet|ADHD
psoriasis S91|Psoriasis|L40.0|Psoriasis vulgaris|Psoriasis
cøliaki D99|Sykdom i fordøyelsessystemet IKA|K90.0|Cøliaki|Cøliaki
pcos T99|Endokrin/metabolsk/ernæringssykdom IKA|E28.2|Polycystisk ovariesyndrom|PCOS
overgangsalder X11|Menopausale symptomer/plager|N95.1|Klimakterielle plager|Overgangsplager
aortaventil K83|Hjerteklaffsykdom IKA|Z95.2|Tilstedeværelse av kunstig hjerteklaff|Mekanisk aortaventil
svimmel N17|Vertigo/svimmelhet|R42|Svimmelhet og ørhet|Svimmelhet
utmattelse A04|Slapphet/tretthet|R53|Uvelhet og tretthet|Tretthet
"""


class Diagnosis:
    """One row of the table."""

    def __init__(self, row: str) -> None:
        self.key, rest = row.split(" ", 1)
        self.icpc2, self.icpc2_name, self.icd10, self.icd10_name, self.text = rest.split("|")


DIAGNOSES = {found.key: found for found in map(Diagnosis, _TABLE.strip().splitlines())}
