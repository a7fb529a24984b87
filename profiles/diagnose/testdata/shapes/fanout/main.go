// A hub sends each update to all its peers in turn, in one loop, and encodes it anew for each:
// a peer with a slow link holds up all of them (gofiber/recipes#177, kubestellar/console#3368).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"shapes/rig"
)

const (
	peers = 12
	far   = "/peer/7" // has a slow link
)

func serve(l net.Listener) {
	s := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer c.CloseNow()
			for {
				if _, _, err := c.Read(context.Background()); err != nil {
					return
				}
				if r.URL.Path == far {
					time.Sleep(3 * time.Millisecond)
				}
			}
		}),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			c.(*net.TCPConn).SetReadBuffer(64 << 10)
			return ctx
		},
	}
	s.Serve(l)
}

type quote struct {
	Symbol string  `json:"symbol"`
	Bid    float64 `json:"bid"`
	Ask    float64 `json:"ask"`
	Size   int     `json:"size"`
}

type update struct {
	Sequence int       `json:"sequence"`
	Time     time.Time `json:"time"`
	Quotes   []quote   `json:"quotes"`
}

// feed gives an update each millisecond.
func feed(updates chan<- update) {
	n := 0
	for t := range time.Tick(time.Millisecond) {
		n++
		u := update{Sequence: n, Time: t}
		for i := range 40 {
			u.Quotes = append(u.Quotes, quote{fmt.Sprint("SYM", i), rand.Float64(), rand.Float64(), rand.IntN(1000)})
		}
		updates <- u
	}
}

type peer struct {
	conn *websocket.Conn
	send chan []byte
}

type hub struct {
	peers []*peer
}

func dial(url string) (*peer, error) {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			c.(*net.TCPConn).SetWriteBuffer(64 << 10)
		}
		return c, err
	}}
	c, _, err := websocket.Dial(context.Background(), url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		return nil, err
	}
	c.CloseRead(context.Background())
	return &peer{conn: c, send: make(chan []byte, 16)}, nil
}

func (h *hub) broadcast(updates <-chan update) {
	for u := range updates {
		for _, p := range h.peers {
			if err := wsjson.Write(context.Background(), p.conn, u); err != nil {
				panic(err)
			}
			rig.Done(1)
		}
	}
}

func (p *peer) write() {
	for b := range p.send {
		if err := p.conn.Write(context.Background(), websocket.MessageText, b); err != nil {
			panic(err)
		}
		rig.Done(1)
	}
}

// broadcastQueued encodes an update once; peers that cannot follow miss some.
func (h *hub) broadcastQueued(updates <-chan update) {
	for _, p := range h.peers {
		go p.write()
	}
	for u := range updates {
		b, err := json.Marshal(u)
		if err != nil {
			panic(err)
		}
		for _, p := range h.peers {
			select {
			case p.send <- b:
			default:
			}
		}
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	h := new(hub)
	for i := range peers {
		p, err := dial(fmt.Sprintf("ws://%s/peer/%d", addr, i))
		rig.Must(err)
		h.peers = append(h.peers, p)
	}
	updates := make(chan update)
	go feed(updates)
	if rig.Fixed() {
		go h.broadcastQueued(updates)
	} else {
		go h.broadcast(updates)
	}
	rig.Measure()
}
