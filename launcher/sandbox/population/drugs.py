"""The medicines that are in use here: ATC code, Norwegian name, strength and form, unit of a dose, route."""

from __future__ import annotations

from dataclasses import dataclass

_ROUTES = {
    "po": ("26643006", "Oral bruk"),
    "sc": ("34206005", "Subkutan bruk"),
    "td": ("45890007", "Transdermal bruk"),
    "inh": ("447694001", "Inhalasjon"),
    "oph": ("54485002", "Øyedråper"),
    "top": ("6064005", "På huden"),
    "rec": ("37161004", "Rektal bruk"),
    "im": ("78421000", "Intramuskulær bruk"),
}

# key: ATC | ATC name | strength and form | unit | route (po when left out)
_TABLE = """
acetylcystein600 R05CB01|Acetylcystein|600 mg brusetablett|tablett
acetylsalisyl75 B01AC06|Acetylsalisylsyre|75 mg tablett|tablett
alendronat70 M05BA04|Alendronat|70 mg tablett|tablett
allopurinol100 M04AA01|Allopurinol|100 mg tablett|tablett
amlodipin5 C08CA01|Amlodipin|5 mg tablett|tablett
amlodipin10 C08CA01|Amlodipin|10 mg tablett|tablett
amoksicillin500 J01CA04|Amoksicillin|500 mg kapsel|kapsel
anastrozol1 L02BG03|Anastrozol|1 mg tablett|tablett
apiksaban2.5 B01AF02|Apiksaban|2,5 mg tablett|tablett
apiksaban5 B01AF02|Apiksaban|5 mg tablett|tablett
atorvastatin20 C10AA05|Atorvastatin|20 mg tablett|tablett
atorvastatin40 C10AA05|Atorvastatin|40 mg tablett|tablett
atorvastatin80 C10AA05|Atorvastatin|80 mg tablett|tablett
baklofen10 M03BX01|Baklofen|10 mg tablett|tablett
bikalutamid150 L02BB03|Bikalutamid|150 mg tablett|tablett
bisoprolol2.5 C07AB07|Bisoprolol|2,5 mg tablett|tablett
bisoprolol5 C07AB07|Bisoprolol|5 mg tablett|tablett
budesformo R03AK07|Budesonid og formoterol|160/4,5 µg inhalasjonspulver|inhalasjon|inh
buprenorfin5 N02AE01|Buprenorfin|5 µg/t depotplaster|plaster|td
buprenorfin10 N02AE01|Buprenorfin|10 µg/t depotplaster|plaster|td
celecoxib100 M01AH01|Celekoksib|100 mg kapsel|kapsel
cerazette G03AC09|Desogestrel|75 µg tablett|tablett
cetirizin10 R06AE07|Cetirizin|10 mg tablett|tablett
cetirizinmix R06AE07|Cetirizin|1 mg/ml mikstur|ml
loette G03AA07|Levonorgestrel og etinyløstradiol|150/30 µg tablett|tablett
dapagliflozin10 A10BK01|Dapagliflozin|10 mg tablett|tablett
dalteparin5000 B01AB04|Dalteparin|5000 IE sprøyte|sprøyte|sc
darbepoetin30 B03XA02|Darbepoetin alfa|30 µg sprøyte|sprøyte|sc
denosumab60 M05BX04|Denosumab|60 mg sprøyte|sprøyte|sc
desloratadin5 R06AX27|Desloratadin|5 mg tablett|tablett
dklavulan J01CR02|Amoksicillin og klavulansyre|500/125 mg tablett|tablett
doksysyklin100 J01AA02|Doksysyklin|100 mg tablett|tablett
domperidon10 A03FA03|Domperidon|10 mg tablett|tablett
donepezil5 N06DA02|Donepezil|5 mg tablett|tablett
donepezil10 N06DA02|Donepezil|10 mg tablett|tablett
duloksetin60 N06AX21|Duloksetin|60 mg kapsel|kapsel
empagliflozin10 A10BK03|Empagliflozin|10 mg tablett|tablett
enalapril10 C09AA02|Enalapril|10 mg tablett|tablett
escitalopram5 N06AB10|Escitalopram|5 mg tablett|tablett
escitalopram10 N06AB10|Escitalopram|10 mg tablett|tablett
esomeprazol20 A02BC05|Esomeprazol|20 mg tablett|tablett
folsyre1 B03BB01|Folsyre|1 mg tablett|tablett
furosemid20 C03CA01|Furosemid|20 mg tablett|tablett
furosemid40 C03CA01|Furosemid|40 mg tablett|tablett
gabapentin300 N03AX12|Gabapentin|300 mg kapsel|kapsel
glyserylnitrat0.5 C01DA02|Glyserolnitrat|0,5 mg resoriblett|tablett
glykopyrron A03AB02|Glykopyrron|0,2 mg/ml injeksjon|mg|sc
haldol0.5 N05AD01|Haloperidol|0,5 mg tablett|tablett
insulinaspart A10AB05|Insulin aspart|100 E/ml penn|E|sc
insulinglargin A10AE04|Insulin glargin|100 E/ml penn|E|sc
ipratropium R03BB01|Ipratropium|20 µg inhalasjon|inhalasjon|inh
isosorbid60 C01DA14|Isosorbidmononitrat|60 mg depottablett|tablett
jern100 B03AA07|Jernsulfat|100 mg depottablett|tablett
kalsiumd A12AX01|Kalsium og D-vitamin|500 mg tyggetablett|tablett
kandesartan8 C09CA06|Kandesartan|8 mg tablett|tablett
kandesartan16 C09CA06|Kandesartan|16 mg tablett|tablett
karbamazepin200 N03AF01|Karbamazepin|200 mg depottablett|tablett
kaliumklorid A12BA01|Kaliumklorid|750 mg depottablett|tablett
klopidogrel75 B01AC04|Klopidogrel|75 mg tablett|tablett
kvetiapin25 N05AH04|Kvetiapin|25 mg tablett|tablett
laktulose A06AD11|Laktulose|670 mg/ml mikstur|ml
lamotrigin100 N03AX09|Lamotrigin|100 mg tablett|tablett
latanoprost S01EE01|Latanoprost|50 µg/ml øyedråper|dråpe|oph
levetiracetam500 N03AX14|Levetiracetam|500 mg tablett|tablett
levotyroksin50 H03AA01|Levotyroksin|50 µg tablett|tablett
levotyroksin75 H03AA01|Levotyroksin|75 µg tablett|tablett
levotyroksin100 H03AA01|Levotyroksin|100 µg tablett|tablett
linagliptin5 A10BH05|Linagliptin|5 mg tablett|tablett
losartan50 C09CA01|Losartan|50 mg tablett|tablett
losartan100 C09CA01|Losartan|100 mg tablett|tablett
madopar100 N04BA02|Madopar|100/25 mg kapsel|kapsel
madopardepot N04BA02|Madopar Depot|100/25 mg depotkapsel|kapsel
makrogol A06AD65|Makrogol|pulver til mikstur|pose
melatonin2 N05CH01|Melatonin|2 mg depottablett|tablett
memantin10 N06DX01|Memantin|10 mg tablett|tablett
memantin20 N06DX01|Memantin|20 mg tablett|tablett
metformin500 A10BA02|Metformin|500 mg tablett|tablett
metformin1000 A10BA02|Metformin|1000 mg tablett|tablett
metoklopramid10 A03FA01|Metoklopramid|10 mg tablett|tablett
metotreksat2.5 L04AX03|Metotreksat|2,5 mg tablett|tablett
metoprolol25 C07AB02|Metoprolol|25 mg depottablett|tablett
metoprolol50 C07AB02|Metoprolol|50 mg depottablett|tablett
metoprolol100 C07AB02|Metoprolol|100 mg depottablett|tablett
midazolammunn N05CD08|Midazolam|10 mg munnhulevæske|sprøyte|po
dexametason4 H02AB02|Deksametason|4 mg tablett|tablett
midazolam N05CD08|Midazolam|5 mg/ml injeksjon|mg|sc
mirtazapin15 N06AX11|Mirtazapin|15 mg tablett|tablett
mirtazapin30 N06AX11|Mirtazapin|30 mg tablett|tablett
mometason R01AD09|Mometason|50 µg nesespray|dose|inh
montelukast10 R03DC03|Montelukast|10 mg tablett|tablett
montelukast5 R03DC03|Montelukast|5 mg tyggetablett|tablett
adrenalin03 C01CA24|Adrenalin|0,3 mg injeksjonspenn|sprøyte|im
adrenalin015 C01CA24|Adrenalin|0,15 mg injeksjonspenn|sprøyte|im
morfinsc N02AA01|Morfin|10 mg/ml injeksjon|mg|sc
multivitamin A11AA03|Multivitamin med mineraler|tablett|tablett
natriumpikosulfat A06AB08|Natriumpikosulfat|7,5 mg/ml dråper|dråper
naproksen500 M01AE02|Naproksen|500 mg tablett|tablett
ibuprofen400 M01AE01|Ibuprofen|400 mg tablett|tablett
nitrofurantoin50 J01XE01|Nitrofurantoin|50 mg tablett|tablett
oksazepam10 N05BA04|Oksazepam|10 mg tablett|tablett
oksykodondepot5 N02AA05|Oksykodon|5 mg depottablett|tablett
oksykodondepot10 N02AA05|Oksykodon|10 mg depottablett|tablett
oksykodon5 N02AA05|Oksykodon|5 mg kapsel|kapsel
olanzapin2.5 N05AH03|Olanzapin|2,5 mg tablett|tablett
oseltamivir J05AH02|Oseltamivir|75 mg kapsel|kapsel
pantoprazol20 A02BC02|Pantoprazol|20 mg enterotablett|tablett
pantoprazol40 A02BC02|Pantoprazol|40 mg enterotablett|tablett
paracetamol500 N02BE01|Paracetamol|500 mg tablett|tablett
paracetamol1g N02BE01|Paracetamol|1 g tablett|tablett
paracetamolsupp N02BE01|Paracetamol|1 g stikkpille|stikkpille|rec
haldolsc N05AD01|Haloperidol|5 mg/ml injeksjon|mg|sc
paracetamolmix N02BE01|Paracetamol|24 mg/ml mikstur|ml
penicillin660 J01CE02|Fenoksymetylpenicillin|660 mg tablett|tablett
penicillinmix J01CE02|Fenoksymetylpenicillin|50 mg/ml mikstur|ml
pivmecillinam200 J01CA08|Pivmecillinam|200 mg tablett|tablett
pivmecillinam400 J01CA08|Pivmecillinam|400 mg tablett|tablett
prednisolon5 H02AB06|Prednisolon|5 mg tablett|tablett
prednisolon20 H02AB06|Prednisolon|20 mg tablett|tablett
metylfenidat N06BA04|Metylfenidat|36 mg depottablett|tablett
ramipril2.5 C09AA05|Ramipril|2,5 mg tablett|tablett
ramipril5 C09AA05|Ramipril|5 mg tablett|tablett
ramipril10 C09AA05|Ramipril|10 mg tablett|tablett
risperidon0.5 N05AX08|Risperidon|0,5 mg tablett|tablett
rivastigmin9.5 N06DA03|Rivastigmin|9,5 mg/24 t depotplaster|plaster|td
rosuvastatin20 C10AA07|Rosuvastatin|20 mg tablett|tablett
salbutamol R03AC02|Salbutamol|0,2 mg inhalasjonspulver|inhalasjon|inh
salbutamolforst R03AC02|Salbutamol|2 mg/ml inhalasjonsvæske|ml|inh
semaglutid1 A10BJ06|Semaglutid|1 mg penn|dose|sc
sertralin50 N06AB06|Sertralin|50 mg tablett|tablett
sertralin100 N06AB06|Sertralin|100 mg tablett|tablett
simvastatin20 C10AA01|Simvastatin|20 mg tablett|tablett
simvastatin40 C10AA01|Simvastatin|40 mg tablett|tablett
spironolakton25 C03DA01|Spironolakton|25 mg tablett|tablett
sumatriptan50 N02CC01|Sumatriptan|50 mg tablett|tablett
tamsulosin G04CA02|Tamsulosin|0,4 mg depottablett|tablett
tiamin A11DA01|Tiamin|300 mg tablett|tablett
tiotropium R03BB04|Tiotropium|2,5 µg inhalasjon|inhalasjon|inh
tiotropiumolo R03AL06|Olodaterol og tiotropium|2,5/2,5 µg inhalasjon|inhalasjon|inh
travoprost S01EE04|Travoprost|40 µg/ml øyedråper|dråpe|oph
trimetoprim160 J01EA01|Trimetoprim|160 mg tablett|tablett
vitaminb12 B03BA03|Hydroksokobalamin|1 mg/ml injeksjon|ml|im
vitamind A11CC05|Kolekalsiferol|800 IE kapsel|kapsel
vitaminddraper A11CC05|Kolekalsiferol|10 µg dråper|dråper
warfarin2.5 B01AA03|Warfarin|2,5 mg tablett|tablett
zopiklon3.75 N05CF01|Zopiklon|3,75 mg tablett|tablett
zopiklon5 N05CF01|Zopiklon|5 mg tablett|tablett
ostradiol10 G03CA03|Østradiol|10 µg vaginaltablett|tablett
"""


@dataclass(frozen=True)
class Drug:
    """A product: ``text`` is name, strength and form as staff read it."""

    key: str
    atc: str
    name: str
    strength: str
    unit: str
    route: tuple[str, str]

    @property
    def text(self) -> str:
        return f"{self.name} {self.strength}"


def _drugs() -> dict[str, Drug]:
    found: dict[str, Drug] = {}
    for row in _TABLE.strip().splitlines():
        key, rest = row.split(" ", 1)
        atc, name, strength, unit, *route = rest.split("|")
        found[key] = Drug(key, atc, name, strength, unit, _ROUTES[route[0] if route else "po"])
    return found


DRUGS = _drugs()
