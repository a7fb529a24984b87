package diagnose

// A work is what a CPU sample was spent on, where that is a chore that a
// verdict asks about.
type work uint8

const (
	workOther   work = iota
	workCollect      // garbage
	workDial         // connections, with their TLS handshakes
)

// workOf is the work that a function does, with what it calls.
func workOf(function string) work {
	switch function {
	case "runtime.bgscavenge", "runtime.bgsweep", "runtime.gcAssistAlloc", "runtime.gcBgMarkWorker",
		"runtime.gcDrain", "runtime.gcMarkDone", "runtime.gcMarkTermination", "runtime.gcStart",
		"runtime.gcWriteBarrier", "runtime.wbBufFlush":
		return workCollect
	case "net/http.(*Transport).dialConnFor", "net/http.(*persistConn).addTLS.func2", // waits for the handshake in a goroutine of its own
		"net.(*Dialer).DialContext", "crypto/tls.(*Conn).handshakeContext", "crypto/tls.(*Conn).clientHandshake":
		return workDial
	}
	return workOther
}
