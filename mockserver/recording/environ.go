package recording

import (
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"collatebench/internal/printable"
	"collatebench/internal/spell"
)

// What programs read, in the folder of an Interceptor. Others are passed on, so that the certificates
// that the system trusts are in both files.
const (
	trustName = "authority.pem"
	storeName = "authority.p12" // for a JVM, which reads no PEM
	nodeName  = "node.cjs"
)

//go:embed node.cjs
var nodePreload []byte

// write makes the folder. Certificates are public: the password of a store is one that JVMs expect.
func (i *Interceptor) write() (err error) {
	if i.folder, err = os.MkdirTemp("", "collatebench-authority-"); err != nil {
		return err
	}
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.authority.Raw})
	system := systemTrust()
	store, err := pkcs12.LegacyDES.EncodeTrustStore(append(certificates(system), i.authority), pkcs12.DefaultPassword) // which Java 8 reads too
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{trustName: slices.Concat(system, []byte("\n"), own), storeName: store, nodeName: nodePreload} {
		if err := os.WriteFile(i.file(name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (i *Interceptor) file(name string) string { return filepath.Join(i.folder, name) }

// systemTrust is the system's file of certificates; nil where it has none.
func systemTrust() []byte {
	for _, known := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"} {
		if text, err := os.ReadFile(known); err == nil {
			return text
		}
	}
	return nil
}

// certificates are those of a PEM file that x509 can read.
func certificates(text []byte) (all []*x509.Certificate) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// Environ returns an environment in which programs use the proxy at an address, and trust it.
func (i *Interceptor) Environ(env []string, address string) []string {
	set := map[string]string{"NODE_USE_ENV_PROXY": "1"} // from Node 24 on
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		set[name], set[strings.ToLower(name)] = "http://"+address, "http://"+address
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		set[name] = ""
	}
	for _, name := range []string{
		"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO", "DENO_CERT",
	} {
		set[name] = i.file(trustName)
	}
	for name, more := range map[string]string{"NODE_OPTIONS": i.nodeOptions(), "JAVA_TOOL_OPTIONS": i.javaOptions(address)} {
		set[name] = strings.TrimSpace(valueOf(env, name) + " " + more) // of two the later counts
	}
	out := slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		_, ours := set[name]
		return ours
	})
	for _, name := range slices.Sorted(maps.Keys(set)) {
		out = append(out, name+"="+set[name])
	}
	return out
}

// valueOf is a variable's value; the last one counts.
func valueOf(env []string, name string) (value string) {
	for _, v := range env {
		if rest, ok := strings.CutPrefix(v, name+"="); ok {
			value = rest
		}
	}
	return value
}

func (i *Interceptor) nodeOptions() string {
	return `--require "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(i.file(nodeName)) + `"`
}

// javaOptions are for a JVM, which reads none of the other variables. The hosts that it would not ask a
// proxy for are none.
func (i *Interceptor) javaOptions(address string) string {
	host, port, _ := net.SplitHostPort(address)
	var all []string
	for _, scheme := range []string{"http", "https"} {
		all = append(all, "-D"+scheme+".proxyHost="+host, "-D"+scheme+".proxyPort="+port)
	}
	return strings.Join(append(all, "-Dhttp.nonProxyHosts=", `-Djavax.net.ssl.trustStore="`+i.file(storeName)+`"`,
		"-Djavax.net.ssl.trustStoreType=PKCS12", "-Djavax.net.ssl.trustStorePassword="+pkcs12.DefaultPassword), " ")
}

// note counts a connection that the program asked for.
func (i *Interceptor) note(host string, ours bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if ours {
		i.asked++
	} else if len(i.elsewhere) < mostElsewhere {
		i.elsewhere[strings.ToLower(host)] = true
	}
}

// mostElsewhere hosts are more than anybody reads.
const mostElsewhere = 8

// Why says in a line why nothing was recorded, as far as the proxy can see.
func (i *Interceptor) Why() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.asked > 0:
		return fmt.Sprintf("%s to %s was opened through the proxy, and no request came on it: the program does not trust this run's certificate (SSL_CERT_FILE and the like, or javax.net.ssl.trustStore, name it), or it knows the upstream's own.",
			spell.Plural(i.asked, "connection"), i.host)
	case len(i.elsewhere) > 0:
		return fmt.Sprintf("through the proxy the program asked for %s, and not for %s: --to names another host.",
			printable.String(strings.Join(slices.Sorted(maps.Keys(i.elsewhere)), ", ")), i.host)
	}
	return "no request came through the proxy: the program does not read HTTPS_PROXY. Node gets NODE_USE_ENV_PROXY and NODE_OPTIONS, and a JVM JAVA_TOOL_OPTIONS, which a client with settings of its own passes over " +
		"(Apache HttpClient wants useSystemProperties, Netty and a Node agent the proxy): set its proxy, or give it {upstream} as its address, without --intercept."
}
