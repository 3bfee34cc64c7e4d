package modeltest

import (
	"io"
	"net/http"
	"sync"
)

// Transport reaches the server without a socket. It honours the request's
// context and works in a testing/synctest bubble.
func (s *Server) Transport() http.RoundTripper { return pipe{s} }

type pipe struct{ s *Server }

func (p pipe) RoundTrip(r *http.Request) (*http.Response, error) {
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: writer, ready: make(chan struct{})}
	go func() {
		p.s.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK) // a handler that wrote nothing
		_ = writer.Close()           // always nil
	}()
	select {
	case <-w.ready:
	case <-r.Context().Done():
		_ = reader.CloseWithError(r.Context().Err()) // always nil; nobody will read what is written
		return nil, r.Context().Err()
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Header: w.header, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1, Body: cancelable{reader, r},
	}, nil
}

// pipeWriter is a ResponseWriter whose body is read while it is written.
type pipeWriter struct {
	header http.Header
	body   *io.PipeWriter
	once   sync.Once
	status int
	ready  chan struct{}
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status = status
		close(w.ready)
	})
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// cancelable ends a read when the request's context ends, as a socket would.
type cancelable struct {
	*io.PipeReader
	r *http.Request
}

func (c cancelable) Read(b []byte) (int, error) {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-c.r.Context().Done():
			_ = c.CloseWithError(c.r.Context().Err()) // always nil
		case <-stop:
		}
	}()
	return c.PipeReader.Read(b)
}
