package recording

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// An Interceptor is a forward proxy for a program whose upstream's address is fixed: it answers for
// the upstream with a certificate of its own, and records that; all else it passes on unread. The
// authority that signs is made for it alone, and its key is in memory alone.
//
// net/http and crypto/tls do all of it but the hand-over of a connection. The proxies that there
// are for this answer in chunks where the upstream had told a length, and take out what the program
// accepts: then it would not be the program's exchange any more.
type Interceptor struct {
	host    string // of the upstream, with its port
	reverse http.Handler
	others  http.Handler // for requests without TLS to other hosts
	server  *http.Server // of the connections that are opened
	opened  chan net.Conn
	closed  chan struct{}
	folder  string // of what programs are told to read; no key is in it

	authority *x509.Certificate
	key       *ecdsa.PrivateKey
	mu        sync.Mutex
	leaves    map[string]*tls.Certificate
	asked     int             // connections to the upstream
	elsewhere map[string]bool // other hosts, with their ports
}

// Intercept is a proxy that records what goes to one upstream.
func (r *Recorder) Intercept(to *url.URL) (*Interceptor, error) {
	i := &Interceptor{
		host: withPort(to), reverse: r.Reverse(to), opened: make(chan net.Conn), closed: make(chan struct{}), leaves: map[string]*tls.Certificate{}, elsewhere: map[string]bool{},
		others: &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}, FlushInterval: -1, ErrorLog: log.New(nowhere{}, "", 0)},
	}
	err := i.found()
	if err == nil {
		err = i.write()
	}
	if err != nil {
		return nil, fmt.Errorf("make a certificate authority: %w", err)
	}
	i.server = Server(i.reverse)
	i.server.Protocols.SetHTTP2(true)
	i.server.TLSConfig = &tls.Config{GetCertificate: i.certificate, NextProtos: []string{"h2", "http/1.1"}}
	go i.server.ServeTLS(opened{i}, "", "") // ends with Close
	return i, nil
}

func withPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// authorityLasts is more than any recording, and less than anybody would want to reuse.
const authorityLasts = 7 * 24 * time.Hour

// found makes the authority.
func (i *Interceptor) found() (err error) {
	if i.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	template := unsigned("collatebench record, this run alone")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, &i.key.PublicKey, i.key)
	if err != nil {
		return err
	}
	i.authority, err = x509.ParseCertificate(der)
	return err
}

// unsigned is the beginning of a certificate.
func unsigned(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // never fails
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(authorityLasts),
	}
}

// certificate answers for the name that the program asks for.
func (i *Interceptor) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := hello.ServerName
	if name == "" { // the upstream is an address
		name, _, _ = net.SplitHostPort(i.host)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if c := i.leaves[name]; c != nil {
		return c, nil
	}
	template := unsigned(name)
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, i.authority, &i.key.PublicKey, i.key)
	if err != nil {
		return nil, err
	}
	c := &tls.Certificate{Certificate: [][]byte{der, i.authority.Raw}, PrivateKey: i.key}
	i.leaves[name] = c
	return c, nil
}

// ServeHTTP serves a program's requests to its proxy.
func (i *Interceptor) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch {
	case req.Method == http.MethodConnect:
		i.connect(w, req)
	case withPort(req.URL) == i.host:
		i.reverse.ServeHTTP(w, req)
	case req.URL.Host == "":
		http.Error(w, "collatebench record --intercept is a proxy: it takes requests for whole addresses", http.StatusBadRequest)
	default:
		i.note(withPort(req.URL), false)
		i.others.ServeHTTP(w, req)
	}
}

// quiet is the header of a CONNECT that wants no answer if it succeeds.
const quiet = "Collatebench-Quiet"

// connect opens the connection to the upstream, and passes on any other.
func (i *Interceptor) connect(w http.ResponseWriter, req *http.Request) {
	ours := strings.EqualFold(req.Host, i.host)
	i.note(req.Host, ours)
	var far net.Conn
	if !ours {
		var err error
		if far, err = new(net.Dialer).DialContext(req.Context(), "tcp", req.Host); err != nil {
			http.Error(w, "collatebench record: "+err.Error(), http.StatusBadGateway)
			return
		}
		defer far.Close()
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "collatebench record: CONNECT takes HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return
	}
	if req.Header.Get(quiet) == "" {
		if _, err := io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			near.Close()
			return
		}
	}
	early := &earlyConn{Conn: near, early: buffered.Reader}
	if ours {
		select {
		case i.opened <- early:
		case <-i.closed:
			near.Close()
		}
		return
	}
	defer near.Close()
	pass(early, far)
}

// pass copies both ways until both have ended.
func pass(a, b net.Conn) {
	done := make(chan struct{})
	one := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		done <- struct{}{}
	}
	go one(a, b)
	go one(b, a)
	<-done
	<-done
}

// An earlyConn has bytes that came together with the request for it.
type earlyConn struct {
	net.Conn
	early *bufio.Reader
}

func (c *earlyConn) Read(p []byte) (int, error) {
	if c.early.Buffered() > 0 {
		return c.early.Read(p)
	}
	return c.Conn.Read(p)
}

// CloseWrite ends one way alone.
func (c *earlyConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}

// opened is a listener of the connections that are opened.
type opened struct{ i *Interceptor }

func (o opened) Accept() (net.Conn, error) {
	select {
	case c := <-o.i.opened:
		return c, nil
	case <-o.i.closed:
		return nil, net.ErrClosed
	}
}

func (o opened) Close() error   { return nil }
func (o opened) Addr() net.Addr { return &net.TCPAddr{} }

// Close ends it, and removes what programs were told to read.
func (i *Interceptor) Close() error {
	close(i.closed)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := i.server.Shutdown(ctx)
	if err != nil {
		err = i.server.Close()
	}
	return errors.Join(err, os.RemoveAll(i.folder))
}
