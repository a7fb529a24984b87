package payload

// protoc has to be installed; its plugin is built at the version in go.mod. The paths are those
// of the module's root: protobuf registers a file under its path, and refuses the same path twice.
//go:generate go build -o protoc-gen-go.tmp google.golang.org/protobuf/cmd/protoc-gen-go
//go:generate protoc -I ../.. --plugin=protoc-gen-go=protoc-gen-go.tmp --go_out=../.. --go_opt=paths=source_relative mockserver/payload/record.proto
//go:generate rm protoc-gen-go.tmp
