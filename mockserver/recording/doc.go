// Package recording takes the exchanges of a program with its upstream, writes them as HAR, and
// reads them back.
//
//	folder := filepath.Join(os.TempDir(), "recording-example")
//	defer os.RemoveAll(folder)
//	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
//		fmt.Fprint(w, "hello")
//	}))
//	defer upstream.Close()
//	w, err := recording.Create(folder, recording.Options{Upstream: upstream.URL})
//	if err != nil {
//		log.Fatal(err)
//	}
//	to, _ := url.Parse(upstream.URL)
//	recorder := recording.NewRecorder(w, nil)
//	proxy := httptest.NewServer(recorder.Reverse(to))
//	defer proxy.Close()
//	resp, err := http.Get(proxy.URL + "/greeting?id=7")
//	if err != nil {
//		log.Fatal(err)
//	}
//	_, _ = io.Copy(io.Discard, resp.Body)
//	resp.Body.Close()
//	if err := recorder.Close(); err != nil {
//		log.Fatal(err)
//	}
//	r, err := recording.Open(folder)
//	if err != nil {
//		log.Fatal(err)
//	}
//	for _, e := range r.Exchanges {
//		body, err := r.Body(e.Body)
//		fmt.Println(e.Method, e.URL.RequestURI(), e.Status, string(body), err)
//	}
//
// A [Recorder] stands between the two as a reverse proxy ([Recorder.Reverse]) or as the program's
// proxy ([Recorder.Intercept]). It reads each answer as fast as the upstream gives it, into memory
// and then into a file, and gives it to the program as fast as that reads it: so the [Clocks] of
// both are known. What it adds is a change of goroutine, and the file that it writes.
//
// # On disk
//
//	exchanges.har  HAR 1.2; what that has no place for is in "_collatebench" of an entry
//	bodies/DIGEST  each distinct body once, as it went over the wire
//
// Playwright finds bodies that were not compressed by "_file", as in its own files. Entries are in
// the order in which they ended. The file is whole after each of them.
//
// # What is secret
//
// Headers with names such as Authorization, Cookie and Set-Cookie are not written, nor are bodies
// of requests; values of parameters with such names are hashed, with a salt of the recording's own.
// Bodies of answers are written as they are. Files are for their owner alone. See [Secrets].
package recording
