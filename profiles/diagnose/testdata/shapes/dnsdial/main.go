// Probes that open a new connection each time, and look the host up each time
// (awlx/bandwidth-monitor#43). The lookup is the slow part.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/miekg/dns"

	"shapes/rig"
)

var targets = flag.Int("targets", 24, "probed at a time")

// serve answers HTTP at once-ish, and DNS on the same port over UDP late.
// listen answers look-ups at the same port.
func listen(l net.Listener) {
	pc, err := net.ListenPacket("udp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	go (&dns.Server{PacketConn: pc, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		go func() {
			time.Sleep(40 * time.Millisecond)
			m := new(dns.Msg).SetReply(q)
			if q.Question[0].Qtype == dns.TypeA {
				m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 0, 0, 1)}}
			}
			w.WriteMsg(m)
		}()
	})}).ActivateAndServe()
}

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		io.WriteString(w, "pong")
	}))
}

var keep = flag.Bool("keep", false, "keep connections")

type prober struct {
	client *http.Client
	host   string
	port   string
}

func (p *prober) probe() error {
	resp, err := p.client.Get("http://" + net.JoinHostPort(p.host, p.port) + "/ping")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func main() {
	rig.Parse()
	rig.Before = listen
	addr := rig.Upstream(serve)
	_, port, _ := net.SplitHostPort(addr)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", addr)
	}}
	for g := range *targets {
		d := &net.Dialer{Resolver: resolver}
		p := &prober{host: fmt.Sprintf("target-%d.example.", g), port: port,
			client: &http.Client{Transport: &http.Transport{DisableKeepAlives: !*keep, DialContext: d.DialContext}}}
		if rig.Fixed() { // resolved once, as it is for the pings
			ips, err := resolver.LookupHost(context.Background(), p.host)
			if err != nil {
				panic(err)
			}
			p.host = ips[0]
		}
		go func() {
			for {
				if err := p.probe(); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
