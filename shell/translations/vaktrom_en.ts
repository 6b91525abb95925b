<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_GB" sourcelanguage="nb_NO">
<context>
    <name>AccessGiven</name>
    <message>
        <source>Tilganger du har gitt</source>
        <translation>Access you have given</translation>
    </message>
    <message>
        <source>Lukk</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Prøv igjen</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>Tilgangene kunne ikke hentes nå. Det som er gitt, gjelder fortsatt.</source>
        <translation>The list could not be read now. What was given still stands.</translation>
    </message>
    <message>
        <source>Henter …</source>
        <translation>Reading …</translation>
    </message>
    <message>
        <source>Apper som du selv har gitt tilgang. Andre apper har organisasjonen godkjent.</source>
        <translation>Apps you have given access yourself. Other apps are approved by the organisation.</translation>
    </message>
    <message>
        <source>Du har ikke gitt noen app tilgang selv. Appene du ser, har organisasjonen godkjent.</source>
        <translation>You have not given any app access yourself. The apps you see are approved by the organisation.</translation>
    </message>
</context>
<context>
    <name>AppOverview</name>
    <message>
        <source>Søk etter en person</source>
        <translation>Search for a person</translation>
    </message>
    <message>
        <source>Søk etter en person, Ctrl K</source>
        <translation>Search for a person, Ctrl K</translation>
    </message>
    <message>
        <source>Alle taster</source>
        <translation>All keys</translation>
    </message>
    <message>
        <source>Alle taster, F1</source>
        <translation>All keys, F1</translation>
    </message>
    <message>
        <source>Installerte apper: {count}</source>
        <translation>Installed apps: {count}</translation>
    </message>
</context>
<context>
    <name>AppRail</name>
    <message>
        <source>Lukket</source>
        <translation>Closed</translation>
    </message>
    <message>
        <source>Laster på nytt</source>
        <translation>Reloading</translation>
    </message>
    <message>
        <source>Venter på svaret ditt</source>
        <translation>Waiting for your answer</translation>
    </message>
    <message>
        <source>Følger</source>
        <translation>Following</translation>
    </message>
    <message>
        <source>Festet</source>
        <translation>Pinned</translation>
    </message>
    <message>
        <source>Ute av takt</source>
        <translation>Out of sync</translation>
    </message>
    <message>
        <source>Apper</source>
        <translation>Apps</translation>
    </message>
    <message>
        <source>Alle apper</source>
        <translation>All apps</translation>
    </message>
    <message>
        <source>Hjelp</source>
        <translation>Help</translation>
    </message>
    <message>
        <source>Oppsett</source>
        <translation>Settings</translation>
    </message>
    <message>
        <source>Kobler til</source>
        <translation>Connecting</translation>
    </message>
</context>
<context>
    <name>AppTexts</name>
    <message>
        <source>Uten PKCE: godkjent unntak</source>
        <translation>Without PKCE: approved exception</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Søk</source>
        <translation>Search</translation>
    </message>
    <message>
        <source>Søk pasient, app eller handling</source>
        <translation>Search patient, app or action</translation>
    </message>
    <message>
        <source>Pasient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>App</source>
        <translation>App</translation>
    </message>
    <message>
        <source>Handling</source>
        <translation>Action</translation>
    </message>
    <message>
        <source>Liste</source>
        <translation>List</translation>
    </message>
    <message>
        <source>Navnelik</source>
        <translation>Namesake</translation>
    </message>
    <message>
        <source>Treff</source>
        <translation>Hits</translation>
    </message>
    <message>
        <source>velg</source>
        <translation>choose</translation>
    </message>
    <message>
        <source>åpne</source>
        <translation>open</translation>
    </message>
    <message>
        <source>åpne i ny fane</source>
        <translation>open in a new tab</translation>
    </message>
    <message>
        <source>pasient</source>
        <translation>patient</translation>
    </message>
    <message>
        <source>app</source>
        <translation>app</translation>
    </message>
    <message>
        <source>handling</source>
        <translation>action</translation>
    </message>
    <message>
        <source>Søker …</source>
        <translation>Searching …</translation>
    </message>
    <message>
        <source>1 treff</source>
        <translation>1 hit</translation>
    </message>
    <message>
        <source>{count} treff</source>
        <translation>{count} hits</translation>
    </message>
    <message>
        <source>Ingen treff på «{text}»</source>
        <translation>No hits for “{text}”</translation>
    </message>
    <message>
        <source>Skriv bare &gt; for å se alle handlinger.</source>
        <translation>Type only &gt; to see all actions.</translation>
    </message>
    <message>
        <source>Skriv bare # for å se alle apper.</source>
        <translation>Type only # to see all apps.</translation>
    </message>
    <message>
        <source>Sjekk skrivemåten, eller søk med fødselsdato.</source>
        <translation>Check the spelling, or search by date of birth.</translation>
    </message>
    <message>
        <source>Navn, fødselsdato eller fødselsnummer finner pasienter. Navnet på en app åpner den.</source>
        <translation>A name, date of birth or identity number finds patients. The name of an app opens it.</translation>
    </message>
    <message>
        <source>Skriv hva du leter etter</source>
        <translation>Type what you are looking for</translation>
    </message>
</context>
<context>
    <name>ConnectionState</name>
    <message>
        <source>Tilkoblet</source>
        <translation>Connected</translation>
    </message>
    <message>
        <source>Uten nett</source>
        <translation>No network</translation>
    </message>
    <message>
        <source>Kobler til</source>
        <translation>Connecting</translation>
    </message>
    <message>
        <source>Journalen svarer ikke</source>
        <translation>The record does not answer</translation>
    </message>
</context>
<context>
    <name>Curtain</name>
    <message>
        <source>Synkroniser</source>
        <translation>Synchronise</translation>
    </message>
    <message>
        <source>Synkroniser, Alt S</source>
        <translation>Synchronise, Alt S</translation>
    </message>
    <message>
        <source>Lukk appen</source>
        <translation>Close the app</translation>
    </message>
</context>
<context>
    <name>EncounterQuestion</name>
    <message>
        <source>Gjelder</source>
        <translation>Concerns</translation>
    </message>
    <message>
        <source>Hvilken kontakt gjelder det?</source>
        <translation>Which encounter is it about?</translation>
    </message>
    <message>
        <source>{app} skal vite hvilket besøk eller opphold det gjelder, og ingen pågår nå.</source>
        <translation>{app} needs to know which visit or stay it is about, and none is in progress.</translation>
    </message>
    <message>
        <source>Journalen svarte ikke, så tidligere kontakter vises ikke.</source>
        <translation>The record did not answer, so earlier encounters are not shown.</translation>
    </message>
    <message>
        <source>Det er heller ingen tidligere.</source>
        <translation>There are no earlier ones either.</translation>
    </message>
    <message>
        <source>Åpne uten kontakt</source>
        <translation>Open without an encounter</translation>
    </message>
    <message>
        <source>Noen apper kan da ikke lagre eller sende det du gjør.</source>
        <translation>Some apps can then not save or send what you do.</translation>
    </message>
    <message>
        <source>Avbryt</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>{app} åpnes ikke.</source>
        <translation>{app} is not opened.</translation>
    </message>
    <message>
        <source>Uten dato</source>
        <translation>Without a date</translation>
    </message>
    <message>
        <source>Kontakt</source>
        <translation>Encounter</translation>
    </message>
    <message>
        <source>Avsluttet</source>
        <translation>Finished</translation>
    </message>
    <message>
        <source>Planlagt</source>
        <translation>Planned</translation>
    </message>
    <message>
        <source>Har møtt</source>
        <translation>Has arrived</translation>
    </message>
    <message>
        <source>Pågår</source>
        <translation>In progress</translation>
    </message>
    <message>
        <source>Permisjon</source>
        <translation>On leave</translation>
    </message>
</context>
<context>
    <name>GivenRow</name>
    <message>
        <source>Trekk tilbake</source>
        <translation>Withdraw</translation>
    </message>
    <message>
        <source>Trekk tilbake tilgangen til {app}</source>
        <translation>Withdraw access from {app}</translation>
    </message>
    <message>
        <source>Trekk tilbake nå</source>
        <translation>Withdraw now</translation>
    </message>
    <message>
        <source>Behold</source>
        <translation>Keep</translation>
    </message>
    <message>
        <source>Det gikk ikke. Tilgangen gjelder fortsatt. Prøv igjen.</source>
        <translation>It did not work. The access still stands. Try again.</translation>
    </message>
    <message>
        <source>{app} mister tilgangen med en gang. Det som ikke er lagret i appen, kan gå tapt.</source>
        <translation>{app} loses access at once. What is not saved in the app may be lost.</translation>
    </message>
    <message>
        <source>Kan lese og skrive om {name}</source>
        <translation>May read and write about {name}</translation>
    </message>
    <message>
        <source>Kan lese om {name}</source>
        <translation>May read about {name}</translation>
    </message>
    <message>
        <source>Kan lese og skrive om én pasient</source>
        <translation>May read and write about one patient</translation>
    </message>
    <message>
        <source>Kan lese om én pasient</source>
        <translation>May read about one patient</translation>
    </message>
    <message>
        <source>Kan lese og skrive det du selv kan</source>
        <translation>May read and write what you yourself can</translation>
    </message>
    <message>
        <source>Kan lese det du selv kan lese</source>
        <translation>May read what you yourself can read</translation>
    </message>
    <message>
        <source>Gitt {when}</source>
        <translation>Given {when}</translation>
    </message>
    <message>
        <source>beholder tilgangen når du har logget ut</source>
        <translation>keeps access when you have logged out</translation>
    </message>
    <message>
        <source>til {when}</source>
        <translation>until {when}</translation>
    </message>
</context>
<context>
    <name>InboxPanel</name>
    <message>
        <source>Innboks</source>
        <translation>Inbox</translation>
    </message>
    <message>
        <source>{count} avvik</source>
        <translation>{count} abnormal</translation>
    </message>
</context>
<context>
    <name>KeyHints</name>
    <message>
        <source>velg</source>
        <translation>choose</translation>
    </message>
    <message>
        <source>åpne pasient</source>
        <translation>open patient</translation>
    </message>
    <message>
        <source>åpne app</source>
        <translation>open app</translation>
    </message>
    <message>
        <source>neste pasient</source>
        <translation>next patient</translation>
    </message>
    <message>
        <source>neste panel</source>
        <translation>next pane</translation>
    </message>
    <message>
        <source>alle taster</source>
        <translation>all keys</translation>
    </message>
</context>
<context>
    <name>LockPage</name>
    <message>
        <source>Låst</source>
        <translation>Locked</translation>
    </message>
    <message>
        <source>Lås opp</source>
        <translation>Unlock</translation>
    </message>
    <message>
        <source>Utseende</source>
        <translation>Appearance</translation>
    </message>
    <message>
        <source>Låst av {name}</source>
        <translation>Locked by {name}</translation>
    </message>
    <message>
        <source>Siden kl. {time}. Ingen pasientopplysninger vises.</source>
        <translation>Since {time}. No patient information is shown.</translation>
    </message>
    <message>
        <source>Logg ut {name}</source>
        <translation>Log out {name}</translation>
    </message>
    <message>
        <source>{name} låser opp ved å logge inn på nytt. Skal en annen bruke maskinen, må {name} logges ut først.</source>
        <translation>{name} unlocks by signing in again. Before somebody else uses this computer, {name} must be logged out.</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Som systemet</source>
        <translation>Like the system</translation>
    </message>
    <message>
        <source>Lyst</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>Mørkt</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>Høy kontrast</source>
        <translation>High contrast</translation>
    </message>
    <message>
        <source>Utseende</source>
        <translation>Appearance</translation>
    </message>
    <message>
        <source>Språk</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>Tekststørrelse</source>
        <translation>Text size</translation>
    </message>
    <message>
        <source>Om Vaktrom</source>
        <translation>About Vaktrom</translation>
    </message>
    <message>
        <source>Tilganger du har gitt …</source>
        <translation>Access you have given …</translation>
    </message>
    <message>
        <source>Logg ut</source>
        <translation>Log out</translation>
    </message>
    <message>
        <source>Lukk pasienten</source>
        <translation>Close the patient</translation>
    </message>
</context>
<context>
    <name>MessageStrip</name>
    <message>
        <source>Prøver igjen om {seconds} s</source>
        <translation>Trying again in {seconds} s</translation>
    </message>
    <message>
        <source>Fortsett</source>
        <translation>Continue</translation>
    </message>
    <message>
        <source>Prøv nå</source>
        <translation>Try now</translation>
    </message>
    <message>
        <source>Det du har lagret, er trygt.</source>
        <translation>What you have saved is safe.</translation>
    </message>
    <message>
        <source>Du logges ut om 1 minutt.</source>
        <translation>You will be logged out in 1 minute.</translation>
    </message>
    <message>
        <source>Du logges ut om {minutes} minutter.</source>
        <translation>You will be logged out in {minutes} minutes.</translation>
    </message>
    <message>
        <source>Lagre det du holder på med.</source>
        <translation>Save what you are working on.</translation>
    </message>
    <message>
        <source>Uten nett siden {time}.</source>
        <translation>No network since {time}.</translation>
    </message>
    <message>
        <source>Uten nett.</source>
        <translation>No network.</translation>
    </message>
    <message>
        <source>Pasienten er ikke bekreftet.</source>
        <translation>The patient is not confirmed.</translation>
    </message>
    <message>
        <source>Journalen svarer ikke, siden {time}.</source>
        <translation>The record does not answer, since {time}.</translation>
    </message>
    <message>
        <source>Journalen svarer ikke.</source>
        <translation>The record does not answer.</translation>
    </message>
    <message>
        <source>Vaktrom mistet forbindelsen {time}.</source>
        <translation>Vaktrom lost the connection at {time}.</translation>
    </message>
    <message>
        <source>Vaktrom mistet forbindelsen.</source>
        <translation>Vaktrom lost the connection.</translation>
    </message>
    <message>
        <source>Lista er fra {time}.</source>
        <translation>The list is from {time}.</translation>
    </message>
</context>
<context>
    <name>NightPanel</name>
    <message>
        <source>Én innlogging. Én pasient.</source>
        <translation>One login. One patient.</translation>
    </message>
    <message>
        <source>Alle appene på samme sted.</source>
        <translation>All apps in one place.</translation>
    </message>
</context>
<context>
    <name>OpenQuestion</name>
    <message>
        <source>Åpne {name}?</source>
        <translation>Open {name}?</translation>
    </message>
    <message>
        <source>Et annet program på denne maskinen ber om å åpne denne pasienten.</source>
        <translation>Another program on this computer asks to open this patient.</translation>
    </message>
    <message>
        <source>Født {date}</source>
        <translation>Born {date}</translation>
    </message>
    <message>
        <source>Fødselsdato er ikke kjent</source>
        <translation>Date of birth is not known</translation>
    </message>
    <message>
        <source>{name} blir stående.</source>
        <translation>{name} stays open.</translation>
    </message>
    <message>
        <source>Ikke nå</source>
        <translation>Not now</translation>
    </message>
    <message>
        <source>Ingenting endres.</source>
        <translation>Nothing changes.</translation>
    </message>
    <message>
        <source>Appene bytter fra {name}.</source>
        <translation>The apps change from {name}.</translation>
    </message>
    <message>
        <source>Sjekk navn og fødselsdato først.</source>
        <translation>Check name and date of birth first.</translation>
    </message>
</context>
<context>
    <name>OverviewRow</name>
    <message>
        <source>Følger pasienten selv</source>
        <translation>Follows the patient by itself</translation>
    </message>
    <message>
        <source>Åpnes på nytt for hver pasient</source>
        <translation>Opens anew for each patient</translation>
    </message>
    <message>
        <source>Blir hos den den ble åpnet for</source>
        <translation>Stays with whom it was opened for</translation>
    </message>
</context>
<context>
    <name>PaneArea</name>
    <message>
        <source>Ingen app er åpen</source>
        <translation>No app is open</translation>
    </message>
    <message>
        <source>Velg en app til venstre, eller trykk Alt 1.</source>
        <translation>Choose an app on the left, or press Alt 1.</translation>
    </message>
</context>
<context>
    <name>PaneFrame</name>
    <message>
        <source>Slipp</source>
        <translation>Release</translation>
    </message>
    <message>
        <source>Fest til {name}</source>
        <translation>Pin to {name}</translation>
    </message>
    <message>
        <source>Synkroniser</source>
        <translation>Synchronise</translation>
    </message>
    <message>
        <source>Vis ved siden av</source>
        <translation>Show beside</translation>
    </message>
    <message>
        <source>Større i panelet</source>
        <translation>Larger in the pane</translation>
    </message>
    <message>
        <source>Mindre i panelet</source>
        <translation>Smaller in the pane</translation>
    </message>
    <message>
        <source>Vanlig størrelse ({percent} %)</source>
        <translation>Usual size ({percent} %)</translation>
    </message>
    <message>
        <source>Om {app}</source>
        <translation>About {app}</translation>
    </message>
    <message>
        <source>Lukk {app}</source>
        <translation>Close {app}</translation>
    </message>
</context>
<context>
    <name>PaneHeader</name>
    <message>
        <source>Ingen pasient ennå</source>
        <translation>No patient yet</translation>
    </message>
    <message>
        <source>Valg for panelet</source>
        <translation>Pane options</translation>
    </message>
</context>
<context>
    <name>PaneTexts</name>
    <message>
        <source>Venter</source>
        <translation>Waiting</translation>
    </message>
    <message>
        <source>, og ingen pasient er valgt</source>
        <translation>, and no patient is chosen</translation>
    </message>
    <message>
        <source>Følger</source>
        <translation>Following</translation>
    </message>
    <message>
        <source>Laster på nytt</source>
        <translation>Reloading</translation>
    </message>
    <message>
        <source>Venter på svaret ditt</source>
        <translation>Waiting for your answer</translation>
    </message>
    <message>
        <source>Festet til</source>
        <translation>Pinned to</translation>
    </message>
    <message>
        <source>Ute av takt</source>
        <translation>Out of sync</translation>
    </message>
    <message>
        <source>Lukket</source>
        <translation>Closed</translation>
    </message>
    <message>
        <source>Bytter</source>
        <translation>Changing</translation>
    </message>
    <message>
        <source>Vaktrom kobler til igjen</source>
        <translation>Vaktrom is reconnecting</translation>
    </message>
    <message>
        <source>Ingen pasient er valgt</source>
        <translation>No patient is chosen</translation>
    </message>
    <message>
        <source>Laster {app} på nytt</source>
        <translation>Reloading {app}</translation>
    </message>
    <message>
        <source>{app} bytter pasient</source>
        <translation>{app} changes patient</translation>
    </message>
    <message>
        <source>Kobler til</source>
        <translation>Connecting</translation>
    </message>
    <message>
        <source>Åpner</source>
        <translation>Opening</translation>
    </message>
    <message>
        <source>Åpner {app}</source>
        <translation>Opening {app}</translation>
    </message>
    <message>
        <source>{app} har stoppet</source>
        <translation>{app} has stopped</translation>
    </message>
    <message>
        <source>{app} mistet forbindelsen</source>
        <translation>{app} lost the connection</translation>
    </message>
    <message>
        <source>{app} fulgte ikke med</source>
        <translation>{app} did not follow</translation>
    </message>
    <message>
        <source>Innholdet vises igjen når pasienten er bekreftet. Det du har lagret, er trygt.</source>
        <translation>The content comes back when the patient is confirmed. What you have saved is safe.</translation>
    </message>
    <message>
        <source>Appen venter på neste pasient.</source>
        <translation>The app waits for the next patient.</translation>
    </message>
    <message>
        <source>Åpner {patient} …</source>
        <translation>Opening {patient} …</translation>
    </message>
    <message>
        <source>Innholdet er dekket til, så du ikke leser feil pasient.</source>
        <translation>The content is covered, so that you do not read the wrong patient.</translation>
    </message>
    <message>
        <source>Feilen ligger hos {vendor}. De andre appene virker som før.</source>
        <translation>The fault is with {vendor}. The other apps work as before.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} får ikke lenger vite om pasientbytter.</source>
        <translation>The app from {vendor} no longer hears of patient changes.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} sa nei til pasientbyttet.</source>
        <translation>The app from {vendor} refused the change of patient.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} svarte ikke på pasientbyttet innen 10 sekunder.</source>
        <translation>The app from {vendor} did not answer the change of patient within 10 seconds.</translation>
    </message>
    <message>
        <source>Dette er </source>
        <translation>This is </translation>
    </message>
    <message>
        <source>, og blir stående når du bytter pasient</source>
        <translation>, and stays when you change patient</translation>
    </message>
    <message>
        <source>, ikke pasienten øverst</source>
        <translation>, not the patient above</translation>
    </message>
    <message>
        <source>{app} svarer ikke</source>
        <translation>{app} does not answer</translation>
    </message>
    <message>
        <source>Feilen ligger hos {vendor}. De andre appene virker.</source>
        <translation>The fault is with {vendor}. The other apps work.</translation>
    </message>
    <message>
        <source>{app} henger</source>
        <translation>{app} hangs</translation>
    </message>
    <message>
        <source>Appen fra {vendor} svarer ikke lenger.</source>
        <translation>The app from {vendor} no longer answers.</translation>
    </message>
    <message>
        <source>{app} får ikke åpne pasienten</source>
        <translation>{app} may not open the patient</translation>
    </message>
    <message>
        <source>Appen fra {vendor} har ikke tilgang til denne pasienten.</source>
        <translation>The app from {vendor} has no access to this patient.</translation>
    </message>
    <message>
        <source>{app} slapp ikke inn</source>
        <translation>{app} was not let in</translation>
    </message>
    <message>
        <source>Appen fra {vendor} mangler en sikkerhetskontroll (PKCE). Be IT om et unntak, eller om en nyere utgave.</source>
        <translation>The app from {vendor} lacks a security check (PKCE). Ask IT for an exception, or for a newer version.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} spurte på en måte vi ikke godtar. Si fra til IT.</source>
        <translation>The app from {vendor} asked in a way we do not accept. Tell IT.</translation>
    </message>
    <message>
        <source>{app} fikk ikke tilgang</source>
        <translation>{app} was not given access</translation>
    </message>
    <message>
        <source>Tilgangen ble ikke gitt. Velg Synkroniser for å bli spurt igjen.</source>
        <translation>Access was not given. Choose Synchronise to be asked again.</translation>
    </message>
    <message>
        <source>Svaret kom for sent. Velg Synkroniser for å bli spurt igjen.</source>
        <translation>The answer came too late. Choose Synchronise to be asked again.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} oppga et navn som ikke er registrert her. Si fra til IT.</source>
        <translation>The app from {vendor} gave a name that is not registered here. Tell IT.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} ville videre til en adresse som ikke er godkjent for den. Si fra til IT.</source>
        <translation>The app from {vendor} wanted to go on to an address that is not approved for it. Tell IT.</translation>
    </message>
    <message>
        <source>{app} ville velge pasient selv</source>
        <translation>{app} wanted to choose the patient itself</translation>
    </message>
    <message>
        <source>Velg Synkroniser, så åpnes appen for pasienten øverst.</source>
        <translation>Choose Synchronise to open the app for the patient at the top.</translation>
    </message>
    <message>
        <source>{app} ville at du logger inn på nytt</source>
        <translation>{app} wanted you to sign in again</translation>
    </message>
    <message>
        <source>Du er allerede logget inn. Feilen ligger hos {vendor}. Si fra til IT om det skjer igjen.</source>
        <translation>You are already signed in. The fault is {vendor}&apos;s. Tell IT if it happens again.</translation>
    </message>
    <message>
        <source>{app} har logget seg ut</source>
        <translation>{app} has signed itself out</translation>
    </message>
    <message>
        <source>Appen fra {vendor} avsluttet sin egen tilgang. Velg Synkroniser for å åpne den igjen.</source>
        <translation>The app from {vendor} ended its own access. Choose Synchronise to open it again.</translation>
    </message>
    <message>
        <source>Journalsystemet svarer ikke. Feilen ligger ikke hos {vendor}. Prøv igjen om litt.</source>
        <translation>The record system does not answer. The fault is not {vendor}&apos;s. Try again in a moment.</translation>
    </message>
    <message>
        <source>Det kom for mange forsøk på kort tid. Vent litt, og velg Synkroniser.</source>
        <translation>There were too many attempts in a short time. Wait a moment, and choose Synchronise.</translation>
    </message>
    <message>
        <source>Appen fra {vendor} er ikke godkjent, eller satt opp feil. Si fra til IT.</source>
        <translation>The app from {vendor} is not approved, or set up wrongly. Tell IT.</translation>
    </message>
    <message>
        <source>{app} kunne ikke åpnes</source>
        <translation>{app} could not be opened</translation>
    </message>
    <message>
        <source>Feilen ligger hos oss, ikke hos {vendor}.</source>
        <translation>The fault is ours, not that of {vendor}.</translation>
    </message>
</context>
<context>
    <name>PatientBanner</name>
    <message>
        <source>Ingen pasient er valgt</source>
        <translation>No patient is chosen</translation>
    </message>
    <message>
        <source>Mer</source>
        <translation>More</translation>
    </message>
    <message>
        <source>{count} til: {words}</source>
        <translation>{count} more: {words}</translation>
    </message>
    <message>
        <source>Fødselsnr.</source>
        <translation>Identity no.</translation>
    </message>
    <message>
        <source>Rom</source>
        <translation>Room</translation>
    </message>
    <message>
        <source>Fastlege</source>
        <translation>GP</translation>
    </message>
    <message>
        <source>mann</source>
        <translation>male</translation>
    </message>
    <message>
        <source>kvinne</source>
        <translation>female</translation>
    </message>
    <message>
        <source>annet kjønn</source>
        <translation>other gender</translation>
    </message>
    <message>
        <source>{age} år</source>
        <translation>{age} years</translation>
    </message>
    <message>
        <source>Ingen kjente allergier</source>
        <translation>No known allergies</translation>
    </message>
    <message>
        <source>Allergier ikke registrert</source>
        <translation>Allergies not recorded</translation>
    </message>
    <message>
        <source>Allergier er ikke lest</source>
        <translation>Allergies were not read</translation>
    </message>
    <message>
        <source>Navnelik</source>
        <translation>Namesake</translation>
    </message>
    <message>
        <source>rom</source>
        <translation>room</translation>
    </message>
    <message>
        <source>Død</source>
        <translation>Deceased</translation>
    </message>
    <message>
        <source>Ikke bekreftet</source>
        <translation>Not confirmed</translation>
    </message>
    <message>
        <source>gutt</source>
        <translation>boy</translation>
    </message>
    <message>
        <source>jente</source>
        <translation>girl</translation>
    </message>
    <message>
        <source>Velg en pasient i lista, eller søk med Ctrl K.</source>
        <translation>Choose a patient in the list, or search with Ctrl K.</translation>
    </message>
</context>
<context>
    <name>PatientTab</name>
    <message>
        <source>venter på bekreftelse</source>
        <translation>waiting for confirmation</translation>
    </message>
    <message>
        <source>Lukk {name}</source>
        <translation>Close {name}</translation>
    </message>
</context>
<context>
    <name>PinnedStrip</name>
    <message>
        <source>Slipp</source>
        <translation>Release</translation>
    </message>
    <message>
        <source>Slipp, Alt P</source>
        <translation>Release, Alt P</translation>
    </message>
    <message>
        <source>rom</source>
        <translation>room</translation>
    </message>
</context>
<context>
    <name>PracticeList</name>
    <message>
        <source>{age} år</source>
        <translation>{age} years</translation>
    </message>
    <message>
        <source>Navnelik</source>
        <translation>Namesake</translation>
    </message>
    <message>
        <source>Nytt</source>
        <translation>New</translation>
    </message>
    <message>
        <source>Filtrer på navn eller årsak</source>
        <translation>Filter by name or reason</translation>
    </message>
    <message>
        <source>Tøm feltet</source>
        <translation>Clear the field</translation>
    </message>
    <message>
        <source>Pasienter</source>
        <translation>Patients</translation>
    </message>
    <message>
        <source>Åpner …</source>
        <translation>Opening …</translation>
    </message>
    <message>
        <source>Venter {minutes} min</source>
        <translation>Waiting {minutes} min</translation>
    </message>
    <message>
        <source>Ikke kommet</source>
        <translation>Not arrived</translation>
    </message>
    <message>
        <source>Venter</source>
        <translation>Waiting</translation>
    </message>
    <message>
        <source>I gang</source>
        <translation>Under way</translation>
    </message>
    <message>
        <source>Ferdig</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>Ikke møtt</source>
        <translation>No show</translation>
    </message>
    <message>
        <source>Avlyst</source>
        <translation>Cancelled</translation>
    </message>
    <message>
        <source>Kontor</source>
        <translation>Office</translation>
    </message>
    <message>
        <source>Telefon</source>
        <translation>Phone</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>Video</translation>
    </message>
    <message>
        <source>Hjemme</source>
        <translation>At home</translation>
    </message>
    <message>
        <source>Tid</source>
        <translation>Time</translation>
    </message>
    <message>
        <source>Navn og alder</source>
        <translation>Name and age</translation>
    </message>
    <message>
        <source>Årsak</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>Måte</source>
        <translation>How</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Nytt siden sist</source>
        <translation>New since last</translation>
    </message>
    <message>
        <source>I dag</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>I morgen</source>
        <translation>Tomorrow</translation>
    </message>
    <message>
        <source>Min liste</source>
        <translation>My list</translation>
    </message>
    <message>
        <source>1 time</source>
        <translation>1 appointment</translation>
    </message>
    <message>
        <source>{count} timer</source>
        <translation>{count} appointments</translation>
    </message>
    <message>
        <source>1 ferdig</source>
        <translation>1 done</translation>
    </message>
    <message>
        <source>{count} ferdige</source>
        <translation>{count} done</translation>
    </message>
    <message>
        <source>{count} venter</source>
        <translation>{count} waiting</translation>
    </message>
    <message>
        <source>Ingen treff på «{text}»</source>
        <translation>No hits for “{text}”</translation>
    </message>
    <message>
        <source>Sjekk skrivemåten, eller søk med Ctrl K.</source>
        <translation>Check the spelling, or search with Ctrl K.</translation>
    </message>
    <message>
        <source>Nullstill</source>
        <translation>Reset</translation>
    </message>
    <message>
        <source>Ingen timer i dag</source>
        <translation>No appointments today</translation>
    </message>
    <message>
        <source>Ingen timer i morgen</source>
        <translation>No appointments tomorrow</translation>
    </message>
    <message>
        <source>Ingen på lista</source>
        <translation>Nobody on the list</translation>
    </message>
    <message>
        <source>Les på nytt</source>
        <translation>Read again</translation>
    </message>
</context>
<context>
    <name>PrivacyScreen</name>
    <message>
        <source>Skjermen er skjult</source>
        <translation>The screen is hidden</translation>
    </message>
    <message>
        <source>Trykk F12 eller Esc for å vise den igjen. Ingenting er lukket.</source>
        <translation>Press F12 or Esc to show it again. Nothing is closed.</translation>
    </message>
</context>
<context>
    <name>ProgramLine</name>
    <message>
        <source>Skjul</source>
        <translation>Hide</translation>
    </message>
</context>
<context>
    <name>ProgramTexts</name>
    <message>
        <source>Kobler til</source>
        <translation>Connecting</translation>
    </message>
    <message>
        <source>Venter</source>
        <translation>Waiting</translation>
    </message>
    <message>
        <source>Følger</source>
        <translation>Following</translation>
    </message>
    <message>
        <source>Følger en annen pasient</source>
        <translation>Following another patient</translation>
    </message>
    <message>
        <source>Bytter</source>
        <translation>Changing</translation>
    </message>
    <message>
        <source>Ute av takt</source>
        <translation>Out of sync</translation>
    </message>
    <message>
        <source>program utenfor Vaktrom</source>
        <translation>program outside Vaktrom</translation>
    </message>
    <message>
        <source>rom</source>
        <translation>room</translation>
    </message>
    <message>
        <source>{program} følger pasienten igjen.</source>
        <translation>{program} follows the patient again.</translation>
    </message>
    <message>
        <source>Skjul varselet om {program}</source>
        <translation>Hide the warning about {program}</translation>
    </message>
    <message>
        <source>{program} følger en annen pasient.</source>
        <translation>{program} follows another patient.</translation>
    </message>
    <message>
        <source>{program} følger {patient}, ikke pasienten øverst.</source>
        <translation>{program} follows {patient}, not the patient above.</translation>
    </message>
    <message>
        <source>{program} følger ikke lenger.</source>
        <translation>{program} no longer follows.</translation>
    </message>
    <message>
        <source>{program} følger ikke pasienten øverst.</source>
        <translation>{program} does not follow the patient above.</translation>
    </message>
    <message>
        <source>Programmet er ikke koblet til Vaktrom.</source>
        <translation>The program is not connected to Vaktrom.</translation>
    </message>
    <message>
        <source>Programmet sa nei til pasientbyttet.</source>
        <translation>The program refused the change of patient.</translation>
    </message>
    <message>
        <source>Programmet svarte ikke på pasientbyttet innen 10 sekunder.</source>
        <translation>The program did not answer the change of patient within 10 seconds.</translation>
    </message>
    <message>
        <source>Se hvem vinduet viser før du leser der.</source>
        <translation>See whom its window shows before you read there.</translation>
    </message>
</context>
<context>
    <name>ShortcutsHelp</name>
    <message>
        <source>Alle taster</source>
        <translation>All keys</translation>
    </message>
    <message>
        <source>Lukk</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Søk pasient, app eller handling</source>
        <translation>Search patient, app or action</translation>
    </message>
    <message>
        <source>Lås</source>
        <translation>Lock</translation>
    </message>
    <message>
        <source>Skjul skjermen; én gang til viser den</source>
        <translation>Hide the screen; once more shows it</translation>
    </message>
    <message>
        <source>Startlista</source>
        <translation>Start list</translation>
    </message>
    <message>
        <source>Filtrer lista</source>
        <translation>Filter the list</translation>
    </message>
    <message>
        <source>Neste pasient</source>
        <translation>Next patient</translation>
    </message>
    <message>
        <source>Forrige pasient</source>
        <translation>Previous patient</translation>
    </message>
    <message>
        <source>Neste område: apper, faner, banner, paneler</source>
        <translation>Next area: apps, tabs, banner, panes</translation>
    </message>
    <message>
        <source>Forrige område</source>
        <translation>Previous area</translation>
    </message>
    <message>
        <source>Større eller mindre i panelet</source>
        <translation>Larger or smaller in the pane</translation>
    </message>
    <message>
        <source>Velg og åpne i lista</source>
        <translation>Choose and open in the list</translation>
    </message>
    <message>
        <source>App 1 til 9; én gang til flytter dit</source>
        <translation>App 1 to 9; once more moves there</translation>
    </message>
    <message>
        <source>Åpne i ny pasientfane</source>
        <translation>Open in a new patient tab</translation>
    </message>
    <message>
        <source>Fest eller slipp panelet</source>
        <translation>Pin or release the pane</translation>
    </message>
    <message>
        <source>Synkroniser</source>
        <translation>Synchronise</translation>
    </message>
    <message>
        <source>Lukk panelet</source>
        <translation>Close the pane</translation>
    </message>
    <message>
        <source>Lukk pasienten</source>
        <translation>Close the patient</translation>
    </message>
    <message>
        <source>Neste fane på samme plass</source>
        <translation>Next tab in the same place</translation>
    </message>
    <message>
        <source>Denne oversikten</source>
        <translation>This overview</translation>
    </message>
</context>
<context>
    <name>SignInPage</name>
    <message>
        <source>Logg inn</source>
        <translation>Sign in</translation>
    </message>
    <message>
        <source>Språk</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>Utseende</source>
        <translation>Appearance</translation>
    </message>
    <message>
        <source>Versjon {version}</source>
        <translation>Version {version}</translation>
    </message>
</context>
<context>
    <name>SplitLine</name>
    <message>
        <source>Skillelinje mellom paneler</source>
        <translation>Divider between panes</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Lukk meldingen</source>
        <translation>Close the message</translation>
    </message>
</context>
<context>
    <name>Toasts</name>
    <message>
        <source>Meldinger</source>
        <translation>Messages</translation>
    </message>
</context>
<context>
    <name>TopStrip</name>
    <message>
        <source>Klokka er {time}</source>
        <translation>The time is {time}</translation>
    </message>
    <message>
        <source>Topplinje</source>
        <translation>Top strip</translation>
    </message>
    <message>
        <source>Søk pasient, app eller handling</source>
        <translation>Search patient, app or action</translation>
    </message>
    <message>
        <source>Søk</source>
        <translation>Search</translation>
    </message>
    <message>
        <source>Lås</source>
        <translation>Lock</translation>
    </message>
    <message>
        <source>Lås, Ctrl L</source>
        <translation>Lock, Ctrl L</translation>
    </message>
</context>
<context>
    <name>UnsavedQuestion</name>
    <message>
        <source>{app} er ikke lagret</source>
        <translation>{app} is not saved</translation>
    </message>
    <message>
        <source>Du er i ferd med å lukke pasienten.</source>
        <translation>You are about to close the patient.</translation>
    </message>
    <message>
        <source>Du er i ferd med å bytte pasient.</source>
        <translation>You are about to change patient.</translation>
    </message>
    <message>
        <source>{app} har et utkast fra {time}.</source>
        <translation>{app} has a draft from {time}.</translation>
    </message>
    <message>
        <source>{app} har et utkast.</source>
        <translation>{app} has a draft.</translation>
    </message>
    <message>
        <source>Utkastet gjelder</source>
        <translation>The draft concerns</translation>
    </message>
    <message>
        <source>Bytter til</source>
        <translation>Changing to</translation>
    </message>
    <message>
        <source>Du er i ferd med å slippe {app}, som går til {name}.</source>
        <translation>You are about to release {app}, which goes to {name}.</translation>
    </message>
    <message>
        <source>Du er i ferd med å slippe {app}, som lukkes.</source>
        <translation>You are about to release {app}, which closes.</translation>
    </message>
    <message>
        <source>Du er i ferd med å laste {app} på nytt.</source>
        <translation>You are about to reload {app}.</translation>
    </message>
    <message>
        <source>Lagre utkastet først, og synkroniser etterpå.</source>
        <translation>Save the draft first, then synchronise.</translation>
    </message>
    <message>
        <source>Synkroniser uten å lagre</source>
        <translation>Synchronise without saving</translation>
    </message>
    <message>
        <source>Lagre utkastet først, og slipp etterpå.</source>
        <translation>Save the draft first, then release.</translation>
    </message>
    <message>
        <source>Slipp uten å lagre</source>
        <translation>Release without saving</translation>
    </message>
    <message>
        <source>Slippes til</source>
        <translation>Goes to</translation>
    </message>
    <message>
        <source>Lagre utkastet først, og logg ut etterpå.</source>
        <translation>Save the draft first, then log out.</translation>
    </message>
    <message>
        <source>Du er i ferd med å logge ut.</source>
        <translation>You are about to log out.</translation>
    </message>
    <message>
        <source>Logg ut uten å lagre</source>
        <translation>Log out without saving</translation>
    </message>
    <message>
        <source>Du er i ferd med å lukke {app}.</source>
        <translation>You are about to close {app}.</translation>
    </message>
    <message>
        <source>Lagre utkastet først, og lukk etterpå.</source>
        <translation>Save the draft first, and close afterwards.</translation>
    </message>
    <message>
        <source>Lagre utkastet først, og bytt etterpå.</source>
        <translation>Save the draft first, and change afterwards.</translation>
    </message>
    <message>
        <source>Bli hos {name}</source>
        <translation>Stay with {name}</translation>
    </message>
    <message>
        <source>{app} blir stående på {name}, med {colour} ramme. Resten bytter.</source>
        <translation>{app} stays on {name}, with a {colour} frame. The rest changes.</translation>
    </message>
    <message>
        <source>Fest {app} og bytt</source>
        <translation>Pin {app} and change</translation>
    </message>
    <message>
        <source>Lukk uten å lagre</source>
        <translation>Close without saving</translation>
    </message>
    <message>
        <source>Bytt uten å lagre</source>
        <translation>Change without saving</translation>
    </message>
    <message>
        <source>Utkastet i {app} går tapt.</source>
        <translation>The draft in {app} will be lost.</translation>
    </message>
    <message>
        <source>blå</source>
        <translation>blue</translation>
    </message>
    <message>
        <source>mosegrønn</source>
        <translation>moss green</translation>
    </message>
    <message>
        <source>plommefarget</source>
        <translation>plum</translation>
    </message>
    <message>
        <source>grå</source>
        <translation>grey</translation>
    </message>
</context>
<context>
    <name>ViewSlot</name>
    <message>
        <source>Åpner innloggingen …</source>
        <translation>Opening the sign-in …</translation>
    </message>
    <message>
        <source>Logger deg inn …</source>
        <translation>Signing you in …</translation>
    </message>
</context>
<context>
    <name>WardList</name>
    <message>
        <source>{age} år</source>
        <translation>{age} years</translation>
    </message>
    <message>
        <source>Navnelik</source>
        <translation>Namesake</translation>
    </message>
    <message>
        <source>Filtrer på navn eller rom</source>
        <translation>Filter by name or room</translation>
    </message>
    <message>
        <source>Tøm feltet</source>
        <translation>Clear the field</translation>
    </message>
    <message>
        <source>Beboere</source>
        <translation>Residents</translation>
    </message>
    <message>
        <source>Forfalt {minutes} min</source>
        <translation>Overdue {minutes} min</translation>
    </message>
    <message>
        <source>Nå {time}</source>
        <translation>Now {time}</translation>
    </message>
    <message>
        <source>Rom</source>
        <translation>Room</translation>
    </message>
    <message>
        <source>Navn og alder</source>
        <translation>Name and age</translation>
    </message>
    <message>
        <source>Hvorfor her</source>
        <translation>Why here</translation>
    </message>
    <message>
        <source>Å gjøre</source>
        <translation>To do</translation>
    </message>
    <message>
        <source>Siste observasjon</source>
        <translation>Last observation</translation>
    </message>
    <message>
        <source>Nytt siden {time}</source>
        <translation>New since {time}</translation>
    </message>
    <message>
        <source>Nytt</source>
        <translation>New</translation>
    </message>
    <message>
        <source>Åpner …</source>
        <translation>Opening …</translation>
    </message>
    <message>
        <source>Alle</source>
        <translation>All</translation>
    </message>
    <message>
        <source>Forfalt</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>Nå</source>
        <translation>Now</translation>
    </message>
    <message>
        <source>1 beboer</source>
        <translation>1 resident</translation>
    </message>
    <message>
        <source>{count} beboere</source>
        <translation>{count} residents</translation>
    </message>
    <message>
        <source>nattevakt, natt til {day}</source>
        <translation>night shift, night to {day}</translation>
    </message>
    <message>
        <source>kveldsvakt {day}</source>
        <translation>evening shift {day}</translation>
    </message>
    <message>
        <source>dagvakt {day}</source>
        <translation>day shift {day}</translation>
    </message>
    <message>
        <source>Ingen treff på «{text}»</source>
        <translation>No hits for “{text}”</translation>
    </message>
    <message>
        <source>Sjekk skrivemåten, eller søk med Ctrl K.</source>
        <translation>Check the spelling, or search with Ctrl K.</translation>
    </message>
    <message>
        <source>Nullstill</source>
        <translation>Reset</translation>
    </message>
    <message>
        <source>Ingen forfalte gjøremål</source>
        <translation>Nothing overdue</translation>
    </message>
    <message>
        <source>Ingenting å gjøre akkurat nå</source>
        <translation>Nothing to do right now</translation>
    </message>
    <message>
        <source>Ingenting nytt på denne vakta</source>
        <translation>Nothing new on this shift</translation>
    </message>
    <message>
        <source>Ingen beboere på denne lista</source>
        <translation>No residents on this list</translation>
    </message>
    <message>
        <source>Les på nytt</source>
        <translation>Read again</translation>
    </message>
    <message>
        <source>Vis alle</source>
        <translation>Show all</translation>
    </message>
    <message>
        <source>Neste er kl. {time}: {what}, rom {room}.</source>
        <translation>Next is at {time}: {what}, room {room}.</translation>
    </message>
</context>
<context>
    <name>WindowActions</name>
    <message>
        <source>Vis alle taster</source>
        <translation>Show all keys</translation>
    </message>
    <message>
        <source>Om Vaktrom</source>
        <translation>About Vaktrom</translation>
    </message>
    <message>
        <source>Tilganger du har gitt</source>
        <translation>Access you have given</translation>
    </message>
    <message>
        <source>Skjul skjermen</source>
        <translation>Hide the screen</translation>
    </message>
    <message>
        <source>Lås</source>
        <translation>Lock</translation>
    </message>
    <message>
        <source>Logg ut</source>
        <translation>Log out</translation>
    </message>
    <message>
        <source>Slipp {app}</source>
        <translation>Release {app}</translation>
    </message>
    <message>
        <source>Fest {app} til {name}</source>
        <translation>Pin {app} to {name}</translation>
    </message>
    <message>
        <source>Synkroniser {app}</source>
        <translation>Synchronise {app}</translation>
    </message>
    <message>
        <source>Større i {app}</source>
        <translation>Larger in {app}</translation>
    </message>
    <message>
        <source>Mindre i {app}</source>
        <translation>Smaller in {app}</translation>
    </message>
    <message>
        <source>Vanlig størrelse i {app}</source>
        <translation>Usual size in {app}</translation>
    </message>
    <message>
        <source>Lukk {app}</source>
        <translation>Close {app}</translation>
    </message>
    <message>
        <source>Lukk {name}</source>
        <translation>Close {name}</translation>
    </message>
    <message>
        <source>Neste pasient</source>
        <translation>Next patient</translation>
    </message>
    <message>
        <source>Hent lista på nytt</source>
        <translation>Read the list again</translation>
    </message>
    <message>
        <source>Filtrer lista</source>
        <translation>Filter the list</translation>
    </message>
    <message>
        <source>Gå til startlista</source>
        <translation>Go to the start list</translation>
    </message>
    <message>
        <source>Utseende: {choice}</source>
        <translation>Appearance: {choice}</translation>
    </message>
    <message>
        <source>Språk: {choice}</source>
        <translation>Language: {choice}</translation>
    </message>
    <message>
        <source>Tekststørrelse: {percent} %</source>
        <translation>Text size: {percent} %</translation>
    </message>
</context>
</TS>
