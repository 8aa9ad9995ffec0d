"""nginx files: read as nginx reads them, and translated into what Shipway's ingress does.

reader      crossplane → directives with their lines
found       what a translation gives: routes, what was not understood, and why
words       values of directives: durations, sizes, rates, addresses
location    one `location` → one route
translate   a whole file → Imported
write       Imported → lines of shipway.yaml
"""

from shipway.nginx.found import Imported, ImportedRoute, Unknown
from shipway.nginx.reader import LOOKS_LIKE, Directive, NginxError, NginxFile, read_nginx
from shipway.nginx.translate import Services, translate
from shipway.nginx.write import spec_lines

__all__ = [
    "LOOKS_LIKE",
    "Directive",
    "Imported",
    "ImportedRoute",
    "NginxError",
    "NginxFile",
    "Services",
    "Unknown",
    "read_nginx",
    "spec_lines",
    "translate",
]
