package payload_test

import (
	"fmt"
	"log"

	"collatebench/mockserver/payload"
)

func Example() {
	spec := payload.Spec{Codec: payload.JSON, Encoding: payload.Zstd, Size: 64 * payload.KiB, Seed: 1}
	body, err := payload.Build(spec)
	if err != nil {
		log.Fatal(err)
	}
	decoder, err := payload.NewDecoder(payload.Records, spec.Codec, spec.Encoding)
	if err != nil {
		log.Fatal(err)
	}
	value, err := decoder.Decode(body.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(value.Len(), body.Records)
	fmt.Println(value.Digest(), body.Digest)
	// Output:
	// 105 105
	// 019ee1aa 019ee1aa
}
