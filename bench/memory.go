package bench

import (
	"context"
	"fmt"
	"net/http"
)

// As many bodies are kept in memory as the upstream rotates: several, since one
// alone would stay in a cache, and 64 MiB at most, since no cache holds that.
const (
	mostStored  = 8
	storedBytes = 64 << 20
)

// stored is a response as it came once.
type stored struct {
	header http.Header // for the checks
	body   []byte
}

// store fetches the bodies of a cell that has them from memory, once.
func (w *Workload) store(ctx context.Context) error {
	if w.Cell.From != Memory || w.stored != nil {
		return nil
	}
	var all []stored
	for id, held := 0, 0; id < mostStored && (id == 0 || held+held/id <= storedBytes); id++ {
		s, err := w.fetch(ctx, id)
		if err != nil {
			return fmt.Errorf("fetch the bodies to keep in memory: %w", &RequestError{ID: id, Err: err})
		}
		all = append(all, s)
		held += len(s.body)
	}
	w.stored = all
	return nil
}

func (w *Workload) fetch(ctx context.Context, id int) (s stored, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.payloadURL(id), nil)
	if err != nil {
		return s, err
	}
	resp, err := w.client.HTTP.Do(req)
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return s, refusal(resp)
	}
	body, err := readBody(resp, w.client.maxBody())
	return stored{resp.Header, body}, err
}

// recall is the stored response of request id.
func (w *Workload) recall(id int) (http.Header, []byte) {
	s := w.stored[(w.base+id)%len(w.stored)]
	return s.header, s.body
}
