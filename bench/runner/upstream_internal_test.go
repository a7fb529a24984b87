package runner

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestNoProxy: what is measured takes no proxy from the environment, so what is asked
// beside must not either.
func TestNoProxy(t *testing.T) {
	transport, ok := asking.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Error("it obeys HTTP_PROXY")
	}
	if asking.Timeout == 0 {
		t.Error("it waits for ever")
	}
}

func TestAnswersAreBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			for {
				if _, err := io.WriteString(w, strings.Repeat(" ", 1<<16)); err != nil {
					return
				}
			}
		}
		io.WriteString(w, `{"requests":3} `)
	}))
	defer s.Close()
	var sums upstreamSums
	if err := getJSON(context.Background(), s.URL+"/", "/v1/stats", &sums); err != nil || sums.Requests != 3 {
		t.Errorf("%+v, %v", sums, err)
	}
	if err := getJSON(context.Background(), s.URL, "/endless", &sums); err == nil || err.Error() != "GET /endless: its answer has more than 1 MiB" {
		t.Error(err)
	}
}
