package lineartest

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// upload is one file: announced by fileUpload, filled by a PUT.
type upload struct {
	contentType, name string
	size              int
	data              []byte
}

type uploadHeader struct{ Key, Value string }

type uploadFile struct {
	AssetURL, UploadURL, ContentType, Filename string
	Size                                       int32
	Headers                                    []uploadHeader
	MetaData                                   *jsonObject
}

type uploadPayload struct {
	Success    bool
	UploadFile *uploadFile
	LastSyncID float64
}

// FileUpload announces a file and answers where to PUT it and where it will be.
func (root) FileUpload(ctx context.Context, a struct {
	ContentType, Filename string
	Size                  int32
	MakePublic            *bool
	MetaData              *jsonText
}) (*uploadPayload, error) {
	c := from(ctx)
	if a.Size < 1 {
		return nil, badArgument("size", "min", "size must not be less than 1")
	}
	id := rand.Text()
	c.s.uploads[id] = &upload{contentType: a.ContentType, name: a.Filename, size: int(a.Size)}
	limits := "0," + strconv.Itoa(int(a.Size))
	return &uploadPayload{Success: true, LastSyncID: float64(c.w.seq), UploadFile: &uploadFile{
		AssetURL: c.s.URL + "/assets/" + id + "/" + url.PathEscape(a.Filename), UploadURL: c.s.URL + "/uploads/" + id,
		ContentType: a.ContentType, Filename: a.Filename, Size: a.Size,
		Headers: []uploadHeader{{"x-goog-content-length-range", limits}, {"Content-Disposition", `attachment; filename="` + url.PathEscape(a.Filename) + `"`}},
	}}, nil
}

// putUpload takes the bytes. Like signed storage URLs it wants exactly the
// announced type, size and headers.
func (s *Server) putUpload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[r.PathValue("id")]
	switch {
	case err != nil || u == nil || u.data != nil:
		http.Error(w, "no such upload", http.StatusForbidden)
	case r.Header.Get("Content-Type") != u.contentType || r.Header.Get("x-goog-content-length-range") != "0,"+strconv.Itoa(u.size) || r.Header.Get("Content-Disposition") == "":
		http.Error(w, "signature does not match", http.StatusForbidden)
	case len(data) > u.size:
		http.Error(w, "too large", http.StatusBadRequest)
	default:
		u.data = data
		w.WriteHeader(http.StatusOK)
	}
}

// getAsset serves an uploaded file to anybody who is signed in (Linear: images need authentication).
func (s *Server) getAsset(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, _, problem := s.authenticate(r.Header.Get("Authorization"), s.now()); problem != nil {
		sendProblem(w, problem)
		return
	}
	u := s.uploads[r.PathValue("id")]
	if u == nil || u.data == nil || u.name != r.PathValue("name") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", u.contentType)
	w.Header().Set("Content-Disposition", "attachment")
	_, _ = w.Write(u.data) // the client is gone: nobody to tell
}

// Upload returns the bytes of an uploaded file by its asset URL.
func (s *Server) Upload(assetURL string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, u := range s.uploads {
		if assetURL == s.URL+"/assets/"+id+"/"+url.PathEscape(u.name) && u.data != nil {
			return u.data, true
		}
	}
	return nil, false
}
