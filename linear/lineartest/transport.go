package lineartest

import (
	"bytes"
	"io"
	"net/http"
)

// Transport reaches the server without a socket, whatever host a URL names. It
// honours the request's context and works inside a testing/synctest bubble.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

// RoundTrip runs the handler in its own goroutine. When the caller gives up
// first, the handler goes on with a cancelled context, like a server does.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	in := r.Clone(ctx)
	in.RequestURI, in.RemoteAddr, in.Host = r.URL.RequestURI(), "127.0.0.1:0", r.URL.Host
	if in.Body = http.NoBody; r.Body != nil {
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close() // read to its end
		if err != nil {
			return nil, err
		}
		in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	done := make(chan *answer, 1)
	go func() {
		a := newAnswer()
		defer func() {
			if p := recover(); p != nil {
				if p != http.ErrAbortHandler {
					panic(p) // a fault of this package: nobody should overlook it
				}
				a = nil // the connection was cut
			}
			done <- a
		}()
		t.s.handler.ServeHTTP(a, in)
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-done:
		if a == nil {
			return nil, io.ErrUnexpectedEOF
		}
		return a.response(r), nil
	}
}

// answer is a reply that is complete before it is sent.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// copyTo sends the reply to a real connection.
func (a *answer) copyTo(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	a.WriteHeader(http.StatusOK)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes()) // the client is gone: nobody to tell
}

func (a *answer) response(r *http.Request) *http.Response {
	a.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Request: r,
	}
}
