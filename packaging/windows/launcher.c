/* vaktrom.exe and vaktrom-desktop.exe of the folder that is made without Windows: find Python beside us, run the
 * product with our arguments, end when it ends and end it when we are ended. What is missing is said in a window, on
 * the error stream and in the event log; exit code 3. Built with -DWINDOWED for the desktop. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

#define ROOM 32768
#ifdef WINDOWED
#define INTERPRETER L"python\\pythonw.exe"
#else
#define INTERPRETER L"python\\python.exe"
#endif

static const wchar_t *const NEEDED[] = {
    INTERPRETER, L"python\\python311.dll", L"python\\python311.zip", L"python\\python311._pth",
    L"python\\vcruntime140.dll", L"python\\Lib\\site-packages\\shell\\__main__.py",
    L"python\\Lib\\site-packages\\PySide6\\Qt6Core.dll", L"python\\Lib\\site-packages\\PySide6\\Qt6WebEngineCore.dll",
    L"python\\Lib\\site-packages\\PySide6\\QtWebEngineProcess.exe",
};

static wchar_t folder[ROOM], path[ROOM], line[ROOM];

static int cannot_start(const wchar_t *missing)
{
    static wchar_t text[ROOM];
    const wchar_t *said[1] = {text};
    HANDLE log;
    _snwprintf(text, ROOM - 1,
               L"Vaktrom kan ikke starte: %ls mangler eller lar seg ikke lese. Be IT om \x00e5 reparere installasjonen "
               L"(msiexec /fa).\r\n\r\nVaktrom cannot start: %ls is missing or cannot be read. Ask IT to repair the "
               L"installation (msiexec /fa).", missing, missing);
    log = RegisterEventSourceW(NULL, L"Vaktrom");
    if (log != NULL) {
        ReportEventW(log, EVENTLOG_ERROR_TYPE, 0, 1, NULL, 1, 0, said, NULL);
        DeregisterEventSource(log);
    }
#ifdef WINDOWED
    MessageBoxW(NULL, text, L"Vaktrom", MB_OK | MB_ICONERROR);
#else
    fwprintf(stderr, L"%ls\n", text);
#endif
    return 3;
}

/* A standard stream as the interpreter inherits it. */
static HANDLE stream(DWORD which)
{
    HANDLE given = GetStdHandle(which), ours;
    if (given == NULL || given == INVALID_HANDLE_VALUE ||
        !DuplicateHandle(GetCurrentProcess(), given, GetCurrentProcess(), &ours, 0, TRUE, DUPLICATE_SAME_ACCESS))
        return NULL;
    return ours;
}

/* The arguments as they were given, behind our own. */
static const wchar_t *arguments(void)
{
    const wchar_t *rest = GetCommandLineW();
    int quoted = 0;
    while (*rest && (quoted || (*rest != L' ' && *rest != L'\t')))
        quoted ^= *rest++ == L'"';
    while (*rest == L' ' || *rest == L'\t')
        rest++;
    return rest;
}

static int product(void)
{
    STARTUPINFOW start;
    PROCESS_INFORMATION started;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    DWORD code = 1;

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    _snwprintf(path, ROOM - 1, L"%ls\\" INTERPRETER, folder);
    if (_snwprintf(line, ROOM - 1, L"\"%ls\" -m shell %ls", path, arguments()) < 0)
        return 2;
    GetStartupInfoW(&start);
    start.dwFlags |= STARTF_USESTDHANDLES;
    start.hStdInput = stream(STD_INPUT_HANDLE);
    start.hStdOutput = stream(STD_OUTPUT_HANDLE);
    start.hStdError = stream(STD_ERROR_HANDLE);
    if (!CreateProcessW(path, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &start, &started))
        return cannot_start(INTERPRETER);
    AssignProcessToJobObject(job, started.hProcess);
    ResumeThread(started.hThread);
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &code);
    return (int)code;
}

int wmain(void)
{
    size_t each;
    wchar_t *end;
    DWORD length = GetModuleFileNameW(NULL, folder, ROOM);
    if (length == 0 || length >= ROOM || (end = wcsrchr(folder, L'\\')) == NULL)
        return cannot_start(L"vaktrom.exe");
    *end = 0;
    for (each = 0; each < sizeof NEEDED / sizeof *NEEDED; each++) {
        _snwprintf(path, ROOM - 1, L"%ls\\%ls", folder, NEEDED[each]);
        if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
            return cannot_start(NEEDED[each]);
    }
    SetDllDirectoryW(L"");
    /* Only what we were installed with is imported, whoever has set what. */
    SetEnvironmentVariableW(L"PYTHONPATH", NULL);
    SetEnvironmentVariableW(L"PYTHONHOME", NULL);
    SetEnvironmentVariableW(L"PYTHONSTARTUP", NULL);
    SetEnvironmentVariableW(L"PYTHONDONTWRITEBYTECODE", L"1");
    return product();
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE ours, HINSTANCE none, PWSTR given, int shown)
{
    (void)ours, (void)none, (void)given, (void)shown;
    return wmain();
}
#endif
