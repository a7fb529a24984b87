// Package bounded keeps what a program writes within bounds, however much that is.
//
//	said := bounded.Buffer{Head: 12, Tail: 7}
//	cmd := exec.Command("sh", "-c", "seq 100000")
//	cmd.Stdout = &said
//	if err := cmd.Run(); err != nil {
//		log.Fatal(err)
//	}
//	fmt.Print(&said)
//
// It does not know which program that is.
package bounded

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// A Buffer keeps the beginning and the end of what is written to it. It may be
// used by several goroutines at the same time. The zero value keeps nothing.
type Buffer struct {
	Head, Tail int // bytes to keep of the beginning and of the end

	// To, if it is set, gets what is kept: the beginning as it is written, the rest
	// in Close. Its first error is that of Close, and nothing follows it: a full disk is no
	// fault of the program that writes here, and a failed Write would break its pipe.
	To io.Writer

	mu    sync.Mutex
	err   error // the first of To
	total int64
	head  []byte
	tail  []byte // up to twice as long as Tail
}

// Write notes the text. It never fails.
func (b *Buffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total += int64(len(text))
	early := text[:min(len(text), max(0, b.Head-len(b.head)))]
	b.head = append(b.head, early...)
	b.keepTail(text[len(early):])
	if b.To != nil && b.err == nil && len(early) > 0 {
		_, b.err = b.To.Write(early)
	}
	return len(text), nil
}

func (b *Buffer) keepTail(text []byte) {
	text = text[max(0, len(text)-b.Tail):]
	if len(b.tail)+len(text) > 2*b.Tail {
		b.tail = append(b.tail[:0], b.lastOfTail()...)
	}
	b.tail = append(b.tail, text...)
}

func (b *Buffer) lastOfTail() []byte { return b.tail[max(0, len(b.tail)-b.Tail):] }

// LeftOut returns how many bytes are not kept.
func (b *Buffer) LeftOut() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.leftOut()
}

func (b *Buffer) leftOut() int64 { return b.total - int64(len(b.head)+len(b.lastOfTail())) }

// String returns what is kept. A line in it says how much was left out, if anything.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.head) + b.rest()
}

// rest is what follows the head.
func (b *Buffer) rest() string {
	tail := string(b.lastOfTail())
	left := b.leftOut()
	if left == 0 {
		return tail
	}
	note := fmt.Sprintf("... %d bytes left out ...\n", left)
	if len(b.head) > 0 && !bytes.HasSuffix(b.head, []byte("\n")) {
		note = "\n" + note
	}
	return note + tail
}

// Close gives the rest of what is kept to To. What is written later is dropped there.
func (b *Buffer) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	to, rest := b.To, b.rest()
	b.To = nil
	if to != nil && b.err == nil && rest != "" { // a log may begin with its first Write
		_, b.err = io.WriteString(to, rest)
	}
	return b.err
}
