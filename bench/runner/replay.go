package runner

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"collatebench/internal/scratch"
	"collatebench/internal/spell"
	"collatebench/mockserver/payload"
	"collatebench/mockserver/recording"
)

// Bounds of what is taken out of a recording. The upstream holds the bodies twice while it readies
// them, and the client's probe fetches no more of them than that.
const (
	mostBodies     = 256
	mostBodyBytes  = 256 << 20
	largestZstdWin = 8 << 20 // bytes, of RFC 9659
)

// A takenBody is one that was recorded, decoded.
type takenBody struct {
	name string // of the request that it answered
	text []byte
}

// A taking chooses the bodies of a recording that can be payloads: of answered GETs, of the one media
// type that most of them have. It takes the same out of the same recording, in the same order: a run
// is resumed by that.
type taking struct {
	r      *recording.Recording
	codecs []payload.Codec // that must decode them; none for any
	seen   map[recording.Digest]bool
	unfit  map[string]int // what a codec was thought to decode, by why it was not taken
}

// take returns the bodies, and the codec that decodes them.
func (t *taking) take() ([]takenBody, payload.Codec, error) {
	var best []takenBody
	var codec payload.Codec
	t.unfit = map[string]int{}
	for _, c := range t.tried() {
		t.seen = map[recording.Digest]bool{}
		bodies, err := t.of(c)
		if err != nil {
			return nil, "", err
		}
		if len(bodies) > len(best) {
			best, codec = bodies, c
		}
	}
	if best == nil {
		return nil, "", fmt.Errorf("no body that a codec here decodes: %s", t.rest())
	}
	return best, codec, nil
}

// tried are the codecs with bodies of their own, or the one whose bodies all that are asked for have.
func (t *taking) tried() []payload.Codec {
	return slices.DeleteFunc(payload.Codecs(), func(c payload.Codec) bool {
		return c.Bodies() != c || slices.ContainsFunc(t.codecs, func(asked payload.Codec) bool { return asked.Bodies() != c })
	})
}

// answered says that an exchange is a GET with a whole body in its answer.
func answered(e recording.Exchange) bool {
	return e.Method == http.MethodGet && e.Status/100 == 2 && e.Status != http.StatusPartialContent && e.Failed == "" && e.Body.Size > 0
}

// of takes the bodies of one codec.
func (t *taking) of(c payload.Codec) (out []takenBody, err error) {
	total := 0
	for _, e := range t.r.Exchanges {
		media := mediaOf(e.Header)
		switch {
		case !answered(e) || !isOf(media, c):
			continue
		case e.Body.Digest.IsZero():
			t.unfit[media+", saved without the body"]++
			continue
		case t.seen[e.Body.Digest]:
			continue
		}
		t.seen[e.Body.Digest] = true
		wire, err := t.r.Body(e.Body)
		if err != nil {
			return nil, err
		}
		text, err := decoded(wire, e.Header)
		if err == nil {
			err = t.decodes(text, c)
		}
		digest := recording.DigestOf(text)
		if err != nil {
			t.unfit[fmt.Sprintf("%s (%s)", media, spell.FirstLine(err.Error()))]++
			continue
		}
		if string(wire) != string(text) && t.seen[digest] {
			continue // the same was compressed otherwise
		}
		if len(out) == mostBodies || total+len(text) > mostBodyBytes {
			continue
		}
		t.seen[digest] = true
		total += len(text)
		out = append(out, takenBody{e.URL.RequestURI(), text})
	}
	return out, nil
}

// decodes says why text is no payload.
func (t *taking) decodes(text []byte, c payload.Codec) error {
	codecs := t.codecs
	if codecs == nil {
		codecs = []payload.Codec{c}
	}
	if len(text) == 0 {
		return errors.New("empty")
	}
	for _, c := range codecs {
		if _, err := payload.Capture(text, c, payload.Identity); err != nil {
			return err
		}
	}
	return nil
}

// mostReasons bounds a line.
const mostReasons = 4

// rest says what there is that is not taken, the most first.
func (t *taking) rest() string {
	type reason struct {
		what string
		n    int
	}
	var all []reason
	for _, e := range t.r.Exchanges {
		media := mediaOf(e.Header)
		if answered(e) && !slices.ContainsFunc(t.tried(), func(c payload.Codec) bool { return isOf(media, c) }) {
			t.unfit[cmp.Or(media, "no media type")]++
		}
	}
	for what, n := range t.unfit {
		all = append(all, reason{what, n})
	}
	slices.SortFunc(all, func(a, b reason) int { return cmp.Or(b.n-a.n, strings.Compare(a.what, b.what)) })
	var out []string
	for _, r := range all[:min(mostReasons, len(all))] {
		out = append(out, fmt.Sprintf("%d of %s", r.n, r.what))
	}
	if out == nil {
		return "no GET was answered with one"
	}
	return strings.Join(out, ", ")
}

func mediaOf(h http.Header) string {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && media == "" {
		return strings.TrimSpace(h.Get("Content-Type"))
	}
	return media
}

// isOf says whether bodies of a media type are in a codec: by its own type, by the suffix of others
// that are made of it, and by one that many say in place of it.
func isOf(media string, c payload.Codec) bool {
	own := c.MediaType()
	_, name, _ := strings.Cut(own, "/")
	return media == own || strings.HasSuffix(media, "+"+name) || media == "text/"+name || media == "application/"+strings.TrimPrefix(name, "x-")
}

// decoded undoes what HTTP did to a body.
func decoded(wire []byte, h http.Header) ([]byte, error) {
	var codings []string
	for _, value := range h.Values("Content-Encoding") {
		codings = append(codings, strings.Split(value, ",")...)
	}
	text := wire
	for _, coding := range slices.Backward(codings) {
		var err error
		if text, err = inflated(text, strings.ToLower(strings.TrimSpace(coding))); err != nil {
			return nil, err
		}
	}
	return text, nil
}

func inflated(text []byte, coding string) ([]byte, error) {
	var r io.Reader
	var err error
	switch from := bytes.NewReader(text); coding {
	case "", "identity":
		return text, nil
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(from)
	case "deflate":
		if r, err = zlib.NewReader(from); err != nil { // some servers leave zlib's header out
			r, err = flate.NewReader(bytes.NewReader(text)), nil
		}
	case "zstd":
		var d *zstd.Decoder
		d, err = zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestZstdWin))
		if err == nil {
			defer d.Close()
		}
		r = d
	default:
		return nil, fmt.Errorf("compressed as %s, which is not undone here", coding)
	}
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(payload.MaxSize)+1))
	if err == nil && len(out) > int(payload.MaxSize) {
		err = fmt.Errorf("more than %s", payload.MaxSize)
	}
	return out, err
}

// replay takes the bodies of the recording in place of files of --body. It writes them into a folder
// of this process: what a codec decodes need not be in the recording as such. Names are what the
// run's record calls them.
func (x *experiment) replay(codecs []payload.Codec) (names []string, err error) {
	given := x.Replay
	refuse := func(err error) error { return &OptionError{"replay", given, err} }
	switch {
	case len(x.Bodies) > 0:
		return nil, refuse(errors.New("and --body: one of the two says what is served"))
	case x.Upstream != "":
		return nil, refuse(errors.New("has no effect on the upstream at --upstream, which is not ours"))
	}
	r, err := recording.Open(given)
	if err != nil {
		return nil, refuse(err)
	}
	if x.Replay, err = filepath.Abs(given); err != nil {
		return nil, err
	}
	t := taking{r: r, codecs: codecs}
	bodies, codec, err := t.take()
	if err != nil {
		return nil, refuse(err)
	}
	if codecs == nil && codec != payload.JSON {
		if err := x.Matrix.Set("codec", string(codec)); err != nil {
			return nil, err
		}
	}
	if x.replayed, err = scratch.New(""); err != nil {
		return nil, err
	}
	for i, b := range bodies {
		file := filepath.Join(x.replayed.Path, fmt.Sprintf("%03d", i))
		if err := os.WriteFile(file, b.text, 0o600); err != nil {
			return nil, err
		}
		x.Bodies, names = append(x.Bodies, file), append(names, x.Replay+"#"+b.name)
	}
	return names, nil
}
