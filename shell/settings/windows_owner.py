"""Who owns a file on Windows: in ``ProgramData`` any user may make a file where none is, and it is his."""

from __future__ import annotations

import sys
from pathlib import Path

ADMINISTRATORS = (
    "S-1-5-18",
    "S-1-5-32-544",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
)
"""The system itself, the group of administrators, and Windows' own installer (Microsoft, well-known SIDs)."""

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    FILE_OBJECT, OWNER = 1, 1

    def owner_of(path: Path) -> str:
        """The owner's security identifier as text. Raises ``OSError``."""
        advapi, kernel = ctypes.WinDLL("advapi32"), ctypes.WinDLL("kernel32")
        kernel.LocalFree.argtypes = [wintypes.HLOCAL]
        owner, descriptor, text = ctypes.c_void_p(), ctypes.c_void_p(), wintypes.LPWSTR()
        failed = advapi.GetNamedSecurityInfoW(
            wintypes.LPCWSTR(str(path)),
            FILE_OBJECT,
            OWNER,
            ctypes.byref(owner),
            None,
            None,
            None,
            ctypes.byref(descriptor),
        )
        if failed:
            raise ctypes.WinError(failed)
        try:
            if not advapi.ConvertSidToStringSidW(owner, ctypes.byref(text)):
                raise ctypes.WinError()
            try:
                return text.value or ""
            finally:
                kernel.LocalFree(ctypes.cast(text, wintypes.HLOCAL))
        finally:
            kernel.LocalFree(descriptor)
