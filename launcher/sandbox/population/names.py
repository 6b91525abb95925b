"""Streets that do not exist, and family names of next of kin."""

from __future__ import annotations

STREETS = (
    "Fjordgløttveien", "Nedre Strandgate", "Lyngbakken", "Tunsvingen", "Kvernhusstien", "Måkeveien",
    "Gamle Fergeveg", "Naustvika", "Solsidetoppen", "Bekkedalen", "Hasselkroken", "Øvre Tindveg",
    "Sildegata", "Notbøteren", "Rognefaret", "Klokkarstien", "Fyrlia", "Torvmyra",
)  # fmt: skip
KIN_NAMES = (
    "Andresen", "Bergset", "Dyrstad", "Elvestad", "Furuholm", "Gjerde", "Hovde", "Indrebø", "Kleppe", "Lauvås",
    "Mykland", "Nesheim", "Opsahl", "Ramsvik", "Skaar", "Tveiten", "Ulvestad", "Vassbotn", "Ytrehus", "Åsland",
)  # fmt: skip
