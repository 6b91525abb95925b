"""The theme in force: colours, fonts, icons, palette and style sheet for every widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from shell.presenters.view_models import AppModel, Slot
from shell.theme.icons import IconLoader
from shell.theme.stylesheet import style_sheet
from shell.theme.tokens import FOLDER, THEME_NAMES, ThemeName, Tokens

FONT_CUTS = ("Regular", "Medium", "SemiBold", "Bold")
TEXT_SIZES = (100, 125, 150, 200)
FEATURES = ("tnum",)
NAME_FEATURES = ("tnum", "cv05", "cv08")


class Theme(QObject):
    """Owns the look of one application. Emits ``changed`` when colours or text size are others."""

    changed = Signal()

    def __init__(self, application: QApplication, tokens: Tokens | None = None) -> None:
        super().__init__(application)
        self._application = application
        self.tokens = tokens or Tokens.read()
        self.icons = IconLoader()
        self._choice = "system"
        self._percent = 100
        self._fonts: dict[tuple[str, int | None, bool, int], QFont] = {}
        self._metrics: dict[tuple[str, int | None, bool, int], QFontMetrics] = {}
        self._family_weights: dict[str, int] = {}
        self._colors: dict[tuple[str, ThemeName], QColor] = {}
        self._family = self._load_fonts()
        self._name: ThemeName = self._resolved()
        style = QStyleFactory.create("Fusion")
        if style is not None:
            application.setStyle(style)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        accessibility = hints.accessibility()
        accessibility.contrastPreferenceChanged.connect(self._system_changed)
        self._apply()

    # choices

    @property
    def name(self) -> ThemeName:
        """The theme that is drawn."""
        return self._name

    @property
    def choice(self) -> str:
        """What was chosen: a theme's name or ``system``."""
        return self._choice

    @property
    def percent(self) -> int:
        """Size of text, 100 as drawn."""
        return self._percent

    @property
    def high_contrast(self) -> bool:
        return self._name == "high-contrast"

    @property
    def pages_follow(self) -> bool:
        """Whether web pages hear of this theme as light or dark; some platforms cannot tell them."""
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return dark is (self._name != "light")

    @property
    def reduced_motion(self) -> bool:
        """The system's wish for less motion."""
        return QApplication.isEffectEnabled(Qt.UIEffect.UI_General) is False

    def choose(self, choice: str) -> None:
        """``system`` or a theme's name; anything else is ``system``. Pages hear of it as ``prefers-color-scheme``."""
        self._choice = choice if choice in THEME_NAMES else "system"
        hints = QGuiApplication.styleHints()
        if self._choice == "system":
            hints.unsetColorScheme()
        else:
            light = self._choice == "light"
            hints.setColorScheme(Qt.ColorScheme.Light if light else Qt.ColorScheme.Dark)
        self._system_changed()

    def set_text_size(self, percent: int) -> None:
        """100, 125, 150 or 200."""
        if percent in TEXT_SIZES and percent != self._percent:
            self._percent = percent
            self._apply()
            self.changed.emit()

    # colours

    def color(self, token: str) -> QColor:
        """The token's colour in this theme. Raises KeyError for an unknown token."""
        key = (token, self._name)
        if key not in self._colors:
            text = self.hex(token)
            color = QColor(text[:7])
            if len(text) == 9:
                color.setAlpha(int(text[7:], 16))
            self._colors[key] = color
        return self._colors[key]

    def hex(self, token: str) -> str:
        return self.tokens.color(token, self._name)

    def slot_fill(self, slot: Slot | None) -> str:
        """Token of a patient's field, on which ``on-patient`` can be read; without a slot a neutral."""
        return f"patient-{slot}" if slot else "patient-none"

    def slot_ink(self, slot: Slot | None) -> str:
        return f"patient-{slot}-ink" if slot else "text-soft"

    def slot_soft(self, slot: Slot | None) -> str:
        return f"patient-{slot}-soft" if slot else "surface-alt"

    # type

    def scaled(self, pixels: int) -> int:
        """Pixels that grow with the size of text."""
        return round(pixels * self._percent / 100)

    @contextmanager
    def at_most(self, percent: int) -> Iterator[None]:
        """Within: no larger than ``percent``, for parts whose room does not grow. Measure and draw within the same."""
        wanted, self._percent = self._percent, min(self._percent, percent)
        try:
            yield
        finally:
            self._percent = wanted

    @property
    def rail_width(self) -> int:
        """The rail grows a little with text, so that names of apps stay readable."""
        return self.tokens.size("rail") + (self._percent - 100) * 6 // 10

    def font(self, style: str, weight: int | None = None, *, name: bool = False) -> QFont:
        """A row of the type table; ``weight`` instead of the row's own, ``name`` tells I, l and 1 apart."""
        key = (style, weight, name, self._percent)
        kept = self._fonts.get(key)
        if kept is None:
            row = self.tokens.style(style)
            kept = QFont(list(self._family))
            kept.setPixelSize(self.scaled(row.px))
            kept.setWeight(QFont.Weight(_nearest_cut(weight or row.weight)))
            kept.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            for feature in NAME_FEATURES if name else FEATURES:
                kept.setFeature(QFont.Tag(feature), 1)
            self._fonts[key] = kept
            self._metrics[key] = QFontMetrics(kept)
        return kept

    def metrics(self, style: str, weight: int | None = None, *, name: bool = False) -> QFontMetrics:
        """Metrics of the same font, kept."""
        key = (style, weight, name, self._percent)
        if key not in self._metrics:
            self.font(style, weight, name=name)
        return self._metrics[key]

    def family_font(self, style: str) -> QFont:
        """The family name's cut of a style that shows names."""
        weight = self._family_weights.get(style)
        if weight is None:
            weight = self._family_weights[style] = self.tokens.family_weight(style)
        return self.font(style, weight, name=True)

    # icons

    def icon(self, name: str, color: str, size: int = 20, *, surface: str = "surface") -> QPixmap:
        """An icon in a token's colour; ``surface`` is the token below it, for the filled ones."""
        ratio = self._application.devicePixelRatio()
        return self.icons.pixmap(name, self.hex(color), self.hex(surface), size, ratio)

    def app_icon(self, app: AppModel, color: str, size: int = 24) -> QPixmap:
        """The vendor's icon in one colour, the folder's where the app names one, else the grid."""
        ratio = self._application.devicePixelRatio()
        if app.icon_svg:
            drawn = self.icons.vendor_pixmap(app.icon_svg, self.hex(color), size, ratio)
            if not drawn.isNull():
                return drawn
        return self.icon(app.icon or "grid", color, size)

    def mark(self, size: int, *, night: bool = False) -> QPixmap:
        """The brand's mark, on the night pages with a white frame."""
        ratio = self._application.devicePixelRatio()
        frame = "on-night" if night else "action"
        return self.icons.mark((self.hex(frame), self.hex("lamp")), size, ratio)

    # style

    def style_sheet(self) -> str:
        """The template filled for this theme."""
        return style_sheet(self.tokens, self._name, self._family[0], self.scaled)

    def palette(self) -> QPalette:
        """For everything that the style sheet does not reach; the placeholder's colour among it."""
        palette = QPalette()
        role = QPalette.ColorRole
        rows: Sequence[tuple[QPalette.ColorRole, str]] = (
            (role.Window, "canvas"),
            (role.WindowText, "text"),
            (role.Base, "surface"),
            (role.AlternateBase, "surface-alt"),
            (role.Text, "text"),
            (role.Button, "surface"),
            (role.ButtonText, "text"),
            (role.Highlight, "action"),
            (role.HighlightedText, "on-action"),
            (role.PlaceholderText, "text-faint"),
            (role.ToolTipBase, "surface"),
            (role.ToolTipText, "text"),
            (role.Link, "action"),
        )
        for target, token in rows:
            palette.setColor(target, self.color(token))
        return palette

    def _load_fonts(self) -> tuple[str, ...]:
        wanted = self.tokens.table["font"]
        for cut in FONT_CUTS:
            path = FOLDER / "fonts" / f"Inter-{cut}.otf"
            QFontDatabase.addApplicationFontFromData(QByteArray(path.read_bytes()))
        return (str(wanted["family"]), *(str(name) for name in wanted["fallback"]))

    def _resolved(self) -> ThemeName:
        for name in THEME_NAMES:
            if self._choice == name:
                return name
        hints = QGuiApplication.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return "high-contrast"
        return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"

    def _system_changed(self) -> None:
        name = self._resolved()
        if name != self._name:
            self._name = name
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        self._application.setPalette(self.palette())
        if self._application.font() != self.font("body"):
            self._application.setFont(self.font("body"))
        self._application.setStyleSheet(self.style_sheet())


def _nearest_cut(weight: int) -> int:
    """Static files have 400, 500, 600 and 700; half-way lies 500 below and 700 above 600."""
    return min((400, 500, 600, 700), key=lambda cut: (abs(cut - weight), cut if weight < 600 else -cut))
