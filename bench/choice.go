package bench

// An Order is the order in which results are gathered.
type Order string

const (
	Completion  Order = "completion" // as they are decoded
	RequestWise Order = "request"    // as they were asked for: a slow first one holds the rest back
)

// Orders returns every order, the default first.
func Orders() []Order { return []Order{Completion, RequestWise} }

// ParseOrder is the inverse of string(o).
func ParseOrder(s string) (Order, error) { return parseOneOf(s, Orders()) }

// A Protocol is what the client speaks to the upstream.
type Protocol string

const (
	HTTP1 Protocol = "http1" // a connection per request in flight
	H2C   Protocol = "h2c"   // HTTP/2 without TLS: one connection, read by one loop
)

// Protocols returns every protocol, the default first.
func Protocols() []Protocol { return []Protocol{HTTP1, H2C} }

// ParseProtocol is the inverse of string(p).
func ParseProtocol(s string) (Protocol, error) { return parseOneOf(s, Protocols()) }
