// Package outside sees a running process from outside: what its threads and its connections
// do, as the kernel tells it, in whatever language it is written.
//
//	e, err := outside.Watch(context.Background(), os.Getppid(), outside.Options{Seconds: .5})
//	if err != nil {
//		log.Fatal(err)
//	}
//	log.Printf("%.2f cores; on %.1f of %.1f connections the upstream owes an answer",
//		e.Cores, e.Upstream.Asked, e.Upstream.Connections)
//	fmt.Println(e.PID == os.Getppid(), e.Cost.Samples > 0)
//
// It changes nothing in the process, and needs no rights beyond those of the same user. It
// names no cause: package verdict does.
//
// # Connections
//
// The kernel is asked for each connection ten to fifty times a second. Each time the connection
// is in one of these states:
//
//   - connecting: it is being made
//   - asked: something was sent since the last byte came, and nothing has come since
//   - arriving: a part of an answer has come, it is read, and more came later
//   - unread: bytes have arrived that the process has not read
//   - answered: none of these; the process is to move
//
// What was sent or came when has a resolution of a tick of the kernel, mostly 4 ms. So a state
// that a sample leaves open is settled by what comes next: where bytes follow and nothing was
// sent before them, an answer was outstanding. A last byte and a request in one tick, as where a
// connection is used again at once, or where the answer comes at once, count as most other
// requests to that address do; where there are no others, as tied.
//
// Bodies that were read and wait in the process's memory are in no queue of the kernel: their
// connections are answered. Over HTTP/2, gRPC or QUIC one connection carries many requests:
// its state says little ([Peer.Multiplexed]), and what is left is the unread bytes and the cores.
//
// # Threads
//
// A task of Rust, a goroutine or a coroutine moves between threads, so that none of them need
// be busy while one piece of work runs all the time. What tells is how many cores the process
// uses at once: the CPU time of all its threads together within 8 ms, some ten to fifty times a
// second ([Evidence.Parallel]), and how many of them wait for a core.
//
// # What it costs
//
// Each thing is looked at as often as its share of a core allows, all together about a hundredth
// ([Cost] is measured). Of many connections [MaxTracked] are followed, and stand for all.
package outside
