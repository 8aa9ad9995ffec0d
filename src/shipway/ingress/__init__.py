"""The proxy in front: HAProxy, as a process of its own, behind the port `Ingress`.

    checked     refuses names and numbers that HAProxy must never read
    routing     which route takes a request, as a value and as a map file
    render      IngressConfig → HAProxy's configuration, a pure function
    plan        running state against wanted state → runtime commands, pure
    control     speaks to the proxy's control sockets
    process     starts, reloads, adopts and ends the proxy
    listening   is a port free, and if not, who holds it
    haproxy     HAProxyIngress: apply, status, shutdown
    memory      MemoryIngress: the same port without a proxy, for tests of use cases
    sessions    ends what old workers still hold to upstreams that are gone
    settings    limits and time-outs of the proxy itself

Certificates and rate limits are not here yet.
"""
