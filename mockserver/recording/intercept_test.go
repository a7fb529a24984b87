package recording_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"collatebench/mockserver/recording"
)

// intercepted is a TLS upstream, a recorder that answers for it, and a program's client of both.
func intercepted(t *testing.T, http2 bool) (upstream *httptest.Server, i *recording.Interceptor, proxy *httptest.Server, end func() *recording.Recording) {
	upstream = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.Proto, r.Host)
	}))
	upstream.EnableHTTP2 = http2
	upstream.StartTLS()
	t.Cleanup(upstream.Close)
	to, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "recording")
	w, err := recording.Create(folder, recording.Options{Upstream: upstream.URL})
	if err != nil {
		t.Fatal(err)
	}
	r := recording.NewRecorder(w, nil)
	pool := x509.NewCertPool()
	pool.AddCert(upstream.Certificate())
	r.Trust(pool)
	if i, err = r.Intercept(to); err != nil {
		t.Fatal(err)
	}
	proxy = httptest.NewServer(i)
	t.Cleanup(proxy.Close)
	return upstream, i, proxy, func() *recording.Recording {
		if err := errors.Join(i.Close(), r.Close()); err != nil {
			t.Fatal(err)
		}
		r, err := recording.Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

// program is a client that has only what Environ tells it.
func program(t *testing.T, i *recording.Interceptor, proxy *httptest.Server, http2 bool) *http.Client {
	env := map[string]string{}
	for _, v := range i.Environ(nil, proxy.Listener.Addr().String()) {
		name, value, _ := strings.Cut(v, "=")
		env[name] = value
	}
	via, err := url.Parse(env["HTTPS_PROXY"])
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := os.ReadFile(env["SSL_CERT_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(trusted) {
		t.Fatal("nothing to trust")
	}
	c := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(via), TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: http2}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func get(t *testing.T, c *http.Client, address string) string {
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestIntercept: what goes to the upstream is recorded, whichever HTTP is spoken on either side.
func TestIntercept(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		upstream, i, proxy, end := intercepted(t, http2)
		c := program(t, i, proxy, http2)
		proto := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[http2]
		want := proto + " " + upstream.Listener.Addr().String()
		if got := get(t, c, upstream.URL+"/x?y=1"); got != want {
			t.Errorf("%q, not %q", got, want)
		}
		trust := i.TrustFile()
		r := end()
		if len(r.Exchanges) != 1 || r.Exchanges[0].URL.String() != upstream.URL+"/x?y=1" || r.Exchanges[0].Proto != proto {
			t.Errorf("%+v", r.Exchanges)
		}
		if _, err := os.Stat(trust); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", trust, err)
		}
	}
}

// TestInterceptRuntimes: those that read no HTTPS_PROXY use the proxy, and trust it, by what else they get.
func TestInterceptRuntimes(t *testing.T) {
	for _, c := range []struct {
		program string
		args    []string
		paths   []string
	}{
		{"node", []string{"testdata/get.cjs"}, []string{"/https", "/fetch", "/http2"}},
		{"java", []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "testdata/Get.java"}, []string{"/connection", "/client"}}, // as quick as it gets
	} {
		t.Run(c.program, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(c.program); err != nil {
				t.Skipf("SKIPPED: %s is not installed: what --intercept hands to it is not tried", c.program)
			}
			upstream, i, proxy, end := intercepted(t, true)
			cmd := exec.CommandContext(t.Context(), c.program, append(c.args, upstream.URL)...)
			cmd.Env = i.Environ(os.Environ(), proxy.Listener.Addr().String())
			said, err := cmd.CombinedOutput()
			if err != nil || strings.Count(string(said), upstream.Listener.Addr().String()+"\n") != len(c.paths) {
				t.Errorf("%v: %s", err, said)
			}
			var got []string
			for _, e := range end().Exchanges {
				got = append(got, e.URL.Path)
			}
			if !slices.Equal(got, c.paths) {
				t.Errorf("recorded %q, not %q", got, c.paths)
			}
		})
	}
}

// TestWhy: a program that does not trust the certificate has come as far as that.
func TestWhy(t *testing.T) {
	upstream, i, proxy, end := intercepted(t, false)
	defer end()
	c := program(t, i, proxy, false)
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs = x509.NewCertPool()
	if _, err := c.Get(upstream.URL); err == nil {
		t.Error("it trusts what it does not know")
	}
	if says := i.Why(); !strings.HasPrefix(says, "1 connection to "+upstream.Listener.Addr().String()+" was opened") || !strings.Contains(says, "does not trust") {
		t.Error(says)
	}
}

// TestInterceptPasses: other hosts are passed on, with their own certificate, and not recorded.
func TestInterceptPasses(t *testing.T) {
	_, i, proxy, end := intercepted(t, false)
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "other") }))
	defer other.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "plain") }))
	defer plain.Close()
	c := program(t, i, proxy, false)
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(other.Certificate())
	if got := get(t, c, other.URL) + get(t, c, plain.URL); got != "otherplain" {
		t.Error(got)
	}
	resp, err := http.Get(proxy.URL + "/x")
	if err != nil || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a request that is for no proxy: %v, %v", resp, err)
	}
	resp.Body.Close()
	if r := end(); len(r.Exchanges) != 0 {
		t.Errorf("%+v", r.Exchanges)
	}
}

// TestAuthority: its key is nowhere on the disk, it signs for names that are asked for, and no two are alike.
func TestAuthority(t *testing.T) {
	_, i, _, _ := intercepted(t, false)
	_, j, _, _ := intercepted(t, false)
	defer j.Close()
	defer i.Close()
	last := func(i *recording.Interceptor) *x509.Certificate {
		text, err := os.ReadFile(i.TrustFile())
		if err != nil || bytes.Contains(text, []byte("PRIVATE KEY")) {
			t.Fatalf("%v, or a key in the file", err)
		}
		var found *x509.Certificate
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			if found, err = x509.ParseCertificate(block.Bytes); err != nil {
				found = nil // an odd one of the system's
			}
		}
		if found == nil || !found.IsCA || !strings.Contains(found.Subject.CommonName, "this run alone") {
			t.Fatalf("%+v", found)
		}
		return found
	}
	a, b := last(i), last(j)
	if a.PublicKey.(*ecdsa.PublicKey).Equal(b.PublicKey) {
		t.Error("two runs share an authority")
	}
	info, err := os.Stat(i.TrustFile())
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestEnviron: what was there for a proxy is replaced, and all else stays.
func TestEnviron(t *testing.T) {
	_, i, _, _ := intercepted(t, false)
	defer i.Close()
	env := i.Environ([]string{"HOME=/h", "no_proxy=localhost", "HTTPS_PROXY=http://old", "SSL_CERT_FILE=old", "JAVA_TOOL_OPTIONS=-Xmx1g", "NODE_OPTIONS=--no-warnings"}, "127.0.0.1:9")
	for _, want := range []string{"HOME=/h", "no_proxy=", "HTTPS_PROXY=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9", "SSL_CERT_FILE=" + i.TrustFile(), "REQUESTS_CA_BUNDLE=" + i.TrustFile(), "NODE_EXTRA_CA_CERTS=" + i.TrustFile()} {
		if n := len(slices.DeleteFunc(slices.Clone(env), func(v string) bool { return v != want })); n != 1 {
			t.Errorf("%s: %d times", want, n)
		}
	}
	for _, want := range []string{"JAVA_TOOL_OPTIONS=-Xmx1g -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=9 ", "NODE_OPTIONS=--no-warnings --require "} {
		if !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, want) }) {
			t.Errorf("no %s...: %q", want, env)
		}
	}
	if slices.ContainsFunc(env, func(v string) bool { return strings.Contains(v, "old") || v == "no_proxy=localhost" }) {
		t.Error(env)
	}
}
