#!/bin/sh
# Of MinIO's client only `mc ready local`: whether the server takes connections.
exec python3 -c 'import socket; socket.create_connection(("127.0.0.1", 9000), 2).close()'
