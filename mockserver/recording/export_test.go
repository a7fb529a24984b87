package recording

import "crypto/x509"

// Trust makes the recorder trust an upstream's certificate.
func (r *Recorder) Trust(pool *x509.CertPool) {
	r.http1.TLSClientConfig.RootCAs = pool
}

// TrustFile is what programs are told to trust.
func (i *Interceptor) TrustFile() string { return i.file(trustName) }
