// One zstd decoder is shared to save its buffers, and its lock is kept for as long as the
// compressed body takes to come in (wrappers around one *zstd.Decoder with Reset; the
// alternative is a pool of decoders, as in e2b-dev/infra#2648).
package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"shapes/rig"
)

func segment() []byte {
	var b bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&b, "%08d level=info caller=server.go:%d msg=\"request %d served\" took=%dus\n", i*7919, i%400, i*31, i*i%9973)
	}
	e, err := zstd.NewWriter(nil)
	rig.Must(err)
	return e.EncodeAll(b.Bytes(), nil)
}

func serve(l net.Listener) {
	body := segment()
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(body[:len(body)/2])
		w.(http.Flusher).Flush()
		time.Sleep(5 * time.Millisecond) // from another block of the store
		w.Write(body[len(body)/2:])
	}))
}

type store struct {
	client *http.Client
	base   string

	mu       sync.Mutex
	decoder  *zstd.Decoder
	decoders sync.Pool
}

func newDecoder() *zstd.Decoder {
	d, err := zstd.NewReader(nil)
	rig.Must(err)
	return d
}

func (s *store) read(d *zstd.Decoder, n int) (uint32, error) {
	resp, err := s.client.Get(fmt.Sprintf("%s/segments/%d", s.base, n))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if err := d.Reset(resp.Body); err != nil {
		return 0, err
	}
	sum := crc32.NewIEEE()
	_, err = io.Copy(sum, d)
	return sum.Sum32(), err
}

func (s *store) checksum(n int) (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.read(s.decoder, n)
}

func (s *store) checksumPooled(n int) (uint32, error) {
	d := s.decoders.Get().(*zstd.Decoder)
	defer s.decoders.Put(d)
	return s.read(d, n)
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	s := &store{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, decoder: newDecoder()}
	s.decoders.New = func() any { return newDecoder() }
	checksum := s.checksum
	if rig.Fixed() {
		checksum = s.checksumPooled
	}
	for g := range 8 {
		go func() {
			for i := g; ; i += 8 {
				if _, err := checksum(i); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
