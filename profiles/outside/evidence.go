package outside

// Evidence is what a process tree did in an interval. Numbers of connections and threads are
// means over the interval.
type Evidence struct {
	PID        int     `json:"pid"`
	Command    string  `json:"command"`    // its name, as the kernel keeps it
	Executable string  `json:"executable"` // the file's name; "" if it can't be read
	Processes  int     `json:"processes"`  // in the tree, at its largest
	Seconds    float64 `json:"seconds"`
	Ended      bool    `json:"ended"` // before the interval did

	Cores    float64   `json:"cores"`    // CPU time over wall time
	Waiting  float64   `json:"waiting"`  // threads that are ready and wait for a core; 0 on kernels that don't count it
	Parallel []float64 `json:"parallel"` // share of the interval in which 0, 1, 2, ... cores were used at once
	Helpers  float64   `json:"helpers"`  // of Cores, those of threads that a runtime has for itself: collecting, compiling
	Threads  []Thread  `json:"threads"`  // those that ran the most, the most first
	Count    int       `json:"count"`    // of threads, at its largest
	Blocked  Blocked   `json:"blocked"`

	Around Around `json:"around"`

	Upstream Peer     `json:"upstream"`
	Others   []Peer   `json:"others"` // other peers, those with the most bytes first
	Sockets  Detail   `json:"sockets"`
	UDP      int      `json:"udp"` // sockets of UDP, which QUIC needs
	Moments  []Moment `json:"moments"`

	Cost Cost `json:"cost"`
}

// A Thread is one thread of the tree.
type Thread struct {
	PID     int     `json:"pid"`
	TID     int     `json:"tid"`
	Name    string  `json:"name"`
	Cores   float64 `json:"cores"`
	Waiting float64 `json:"waiting"` // share of the interval in which it waits for a core
	Helper  bool    `json:"helper"`  // the runtime has it for itself
}

// Blocked is how many threads sleep in which kind of system call.
type Blocked struct {
	Known bool    `json:"known"` // it takes the right to trace the process
	Lock  float64 `json:"lock"`  // futex: locks, conditions, queues, idle workers
	Read  float64 `json:"read"`  // reading from one descriptor
	Poll  float64 `json:"poll"`  // waiting for one of several
	Sleep float64 `json:"sleep"` // until a time
	Other float64 `json:"other"`
}

// Around is what the process may use, and what is around it.
type Around struct {
	Cores     int     `json:"cores"`     // that it may run on
	Quota     float64 `json:"quota"`     // CPU time of its control group, cores; 0 if it has none
	Throttled float64 `json:"throttled"` // share of the periods in which the quota stopped the group; 0 without one
	Others    float64 `json:"others"`    // of these cores, used by other processes; with the host's share of them
	// OthersQuota is what other processes of the same control group use of the quota.
	OthersQuota float64 `json:"others_quota"`
	Known       bool    `json:"known"`      // Others was measured
	Idle        float64 `json:"idle"`       // of these cores, that nothing ran on; the rest is Others, the process, and interrupts
	Opens       float64 `json:"opens"`      // connections a second that are made in its network namespace, by whomever
	Faults      float64 `json:"faults"`     // major page faults a second
	MemoryPSI   float64 `json:"memory_psi"` // share of the interval in which some process waits for memory
	DiskPSI     float64 `json:"disk_psi"`   // the same for the disk
}

// A Peer is the connections to one address.
type Peer struct {
	Address     string  `json:"address"`
	Connections float64 `json:"connections"` // in the states below
	Connecting  float64 `json:"connecting"`
	Asked       float64 `json:"asked"`
	Arriving    float64 `json:"arriving"`
	Unread      float64 `json:"unread"`
	Answered    float64 `json:"answered"`
	Tied        float64 `json:"tied"`    // asked or answered: the times of the kernel don't tell
	Unknown     float64 `json:"unknown"` // the kernel told the queues alone
	Spare       float64 `json:"spare"`   // beside these: nothing was outstanding and nothing passed, all the time
	UnreadBytes float64 `json:"unread_bytes"`
	UnsentBytes float64 `json:"unsent_bytes"`
	Received    float64 `json:"received"` // bytes a second
	Sent        float64 `json:"sent"`     // bytes a second
	Opened      float64 `json:"opened"`   // connections a second, at least
	Fresh       float64 `json:"fresh"`    // share of the connections that were seen which were made meanwhile
	Requests    float64 `json:"requests"` // a second, at least
	Pause       float64 `json:"pause"`    // s from an answer's last byte to the next request on that connection, mean
	Pauses      int     `json:"pauses"`   // that were seen
	Prompt      int     `json:"prompt"`   // of these, those that were too short for the kernel's times to show
	Awaited     float64 `json:"awaited"`  // s that an answer is owed, mean over the requests
	RTT         float64 `json:"rtt"`      // s, mean
	Full        float64 `json:"full"`     // connections with a receive window that is nearly full
	// Multiplexed is that connections carry several requests at once: what is sent on them are
	// pieces too small for a request of HTTP/1.
	Multiplexed bool `json:"multiplexed"`
}

// A Moment is a part of the interval: means of the upstream's connections in it, and how many
// cores were used.
type Moment struct {
	Second     float64 `json:"second"` // at which it begins
	Connecting float64 `json:"connecting"`
	Asked      float64 `json:"asked"`
	Arriving   float64 `json:"arriving"`
	Unread     float64 `json:"unread"`
	Answered   float64 `json:"answered"`
	Cores      float64 `json:"cores"`
}

// A Detail is how much the kernel tells of connections.
type Detail string

const (
	// DetailFull has who sent and received when.
	DetailFull Detail = "full"
	// DetailQueues has unread and unsent bytes alone: those of another network namespace,
	// without the right to enter it, or of a kernel without inet_diag.
	DetailQueues Detail = "queues"
	// DetailNone is of a process without connections.
	DetailNone Detail = "none"
)

// A Cost is what watching cost.
type Cost struct {
	Cores   float64 `json:"cores"`   // CPU time of the watcher over wall time
	Samples int     `json:"samples"` // of connections
	Rate    float64 `json:"rate"`    // samples a second
	Ticks   float64 `json:"ticks"`   // readings a second of the cores used
}
