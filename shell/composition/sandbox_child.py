"""The sandbox as a process: a FHIR server on SQLite and an OpenID provider, each on its own socket."""
