package diagnose

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

const pprofPath = "/debug/pprof"

// ParseBase parses the address of a program's net/http/pprof, as go tool pprof
// takes it: http is added where it has no scheme, and /debug/pprof where it has no
// such path. What follows that in the path is the page of one profile, and is
// dropped. Without a scheme there has to be a port.
func ParseBase(base string) (*url.URL, error) {
	u, err := url.Parse(withScheme(base))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%q: not an address such as http://127.0.0.1:6060 or localhost:6060", base)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q: leave out what follows the path", base)
	}
	before, _, _ := strings.Cut(strings.TrimSuffix(u.Path, "/")+"/", pprofPath+"/")
	u.Path, u.RawPath = strings.TrimSuffix(before, "/")+pprofPath, ""
	return u, nil
}

// withScheme adds http:// to a host and port. url.Parse would take the host for a
// scheme.
func withScheme(base string) string {
	address, _, _ := strings.Cut(base, "/")
	if _, _, err := net.SplitHostPort(address); err == nil && !strings.Contains(base, "://") {
		return "http://" + base
	}
	return base
}
