package assistant

// The GraphQL documents that words and commands compile to. Each fits one
// request of Linear and names its operation, as Linear asks clients to.
const (
	docIssue = `query ShowIssue($id: String!) { issue(id: $id) { id identifier title description url priority priorityLabel estimate dueDate createdAt updatedAt trashed state { id name type position } team { id key name visibility } assignee { id name displayName email active } creator { id name displayName email } project { id name } cycle { id number name } parent { id identifier } labels(first: 25) { nodes { id name } } } }`

	docIssueComments = `query ShowComments($id: String!) { issue(id: $id) { id identifier title url comments(first: 20) { nodes { id body createdAt user { id name displayName } } } } }`

	docComment = `mutation AddComment($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id body url issue { id identifier title url } } } }`

	docTeams        = `query ListTeams { teams(first: 100) { nodes { id key name visibility } } }`
	docStates       = `query ListStates { workflowStates(first: 100) { nodes { id name type position team { key name } } } }`
	docTeamStates   = `query ListTeamStates($team: String!) { workflowStates(first: 100, filter: { team: { key: { eq: $team } } }) { nodes { id name type position team { key name } } } }`
	docLabels       = `query ListLabels { issueLabels(first: 100) { nodes { id name isGroup team { key name } } } }`
	docTeamLabels   = `query ListTeamLabels($team: String!) { issueLabels(first: 100, filter: { team: { key: { eq: $team } } }) { nodes { id name isGroup team { key name } } } }`
	docProjects     = `query ListProjects { projects(first: 100) { nodes { id name url } } }`
	docTeamProjects = `query ListTeamProjects($team: String!) { projects(first: 100, filter: { accessibleTeams: { some: { key: { eq: $team } } } }) { nodes { id name url } } }`
	docUsers        = `query ListMembers { users(first: 100) { nodes { id name displayName email active } } }`
	docTeamMembers  = `query ListTeamMembers($team: String!) { teams(first: 1, filter: { key: { eq: $team } }) { nodes { id key name members(first: 100) { nodes { id name displayName email } } } } }`
	docCycles       = `query ListCycles { cycles(first: 50) { nodes { id number name startsAt endsAt team { key name } } } }`
	docTeamCycles   = `query ListTeamCycles($team: String!) { cycles(first: 50, filter: { team: { key: { eq: $team } } }) { nodes { id number name startsAt endsAt team { key name } } } }`
	docViewer       = `query WhoAmI { viewer { id name displayName email organization { id name urlKey } } }`
)

// queryStep is a call of the query tool; variables may be nil.
func queryStep(document string, variables map[string]any) Step {
	input := map[string]any{"query": document}
	if variables != nil {
		input["variables"] = variables
	}
	return Step{Tool: toolQuery, Input: input}
}

// showStep reads one issue.
func showStep(ref string) Step {
	return queryStep(docIssue, map[string]any{"id": ref})
}

// commentStep adds a comment.
func commentStep(ref, body string) Step {
	return queryStep(docComment, map[string]any{"input": map[string]any{"issueId": ref, "body": body}})
}
