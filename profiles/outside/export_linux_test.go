package outside

import "net/netip"

// QueuesAlone takes from a process what the kernel tells over netlink.
func (p *Process) QueuesAlone() {
	p.Close()
	p.diagnosis, p.detail, p.finds = nil, DetailQueues, 0
	p.links, p.live, p.crowd = map[[48]byte]*link{}, nil, map[netip.AddrPort]float64{}
}
