package peers

import (
	"net/http"
	"sync"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
)

// mocks are the mock servers of a Check, without listeners: all upstreams share
// them, so that their payloads are built once.
type mocks struct {
	mu   sync.Mutex
	made map[[2]string]http.Handler
}

// bodies is how many payloads of a size there are. More would take longer to
// build, and show no more.
const bodies = 4

// handler returns the mock server with one knob turned.
func (m *mocks) handler(knob, value string) (http.Handler, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := [2]string{knob, value}
	if h := m.made[key]; h != nil {
		return h, nil
	}
	o := mockserver.Options{Bodies: bodies}
	for _, k := range behaviour.Knobs() {
		if k.Name == knob {
			if err := k.Set(&o.Behaviour, value); err != nil {
				return nil, err
			}
		}
	}
	s, err := mockserver.New(o)
	if err != nil {
		return nil, err
	}
	m.made[key] = s.Handler()
	return m.made[key], nil
}
