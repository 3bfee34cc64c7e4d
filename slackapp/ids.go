package slackapp

import "strings"

// Action ids: what a press or a menu choice is called when it comes back.
const (
	actConnect       = "connect"        // opens the connect modal, or the link itself
	actConnectLink   = "connect_link"   // a link button; the press needs no answer
	actAccess        = "connect_access" // What will this access?
	actEnterCode     = "enter_code"
	actCancelCode    = "cancel_code"
	actReplaceOrg    = "replace_workspace" // value: the question's reference
	actKeepOrg       = "keep_workspace"    // value: the question's reference
	actReconnect     = "reconnect"
	actStopOffer     = "stop_offer" // of previews
	actLeaveOff      = "leave_off"
	actDisconnect    = "disconnect"
	actKeep          = "keep"
	actResume        = "resume" // finish the held action; value: its reference, "" for all
	actNewIssue      = "new_issue"
	actMyIssues      = "my_issues"
	actSearch        = "search"
	actAsk           = "ask"
	actSettings      = "settings"
	actStatus        = "status"
	actHelpAll       = "help_all"
	actHelp          = "help"
	actRetry         = "retry"     // value: the held submission
	actOpenForm      = "open_form" // value: the held submission
	actSaved         = "saved"     // value: the kept request whose earlier answer is shown
	actCopyText      = "copy_text"
	actRunCommand    = "run_command"    // value: the command text
	actAskInstead    = "ask_instead"    // value: the words
	actCreateWithout = "create_without" // value: as of pick; leaves the name out
	actPick          = "pick"           // value: the chosen name of a failed field; ids pick.0…
	actPickSelect    = "pick_select"
	actCancel        = "cancel"
	actOpenLink      = "open_link" // a link button; the press needs no answer
	actSeeIssue      = "see_issue" // value: identifier
	actAssignMe      = "assign_me" // value: issue id
	actUnassignMe    = "unassign_me"
	actSetState      = "set_state" // external select; the block id names the issue
	actComment       = "comment"
	actCardMore      = "card_more" // overflow of a card
	actRowMore       = "row_more"  // overflow of a list row
	actUndo          = "undo"      // value: proposal id
	actPagePrev      = "page_prev"
	actPageNext      = "page_next"
	actEditFilters   = "edit_filters"
	actShare         = "share"
	actRefresh       = "refresh"
	actDropFilter    = "drop_filter"
	actTitle         = "title"    // of a new issue: tells of what is written
	actTeam          = "team"     // dispatching select of the forms
	actTemplate      = "template" // dispatching select of the form
	actMoreFields    = "more_fields"
	actReplaceText   = "replace_description"
	actPreviewThread = "preview_thread"
	actUseThis       = "use_this" // value: identifier of a similar issue
	actOpenCard      = "open_card"
	actCreateAnother = "create_another"
	actApply         = "apply"     // value: proposal id
	actApplyOne      = "apply_one" // value: proposal id of one suggestion
	actDiscard       = "discard"   // value: proposal id
	actPlanPage      = "plan_page"
	actEditPlan      = "edit_plan" // value: proposal id
	actRetryFailed   = "retry_failed"
	actReadAgain     = "read_again" // the thread of a form
	actAddThread     = "add_thread" // value: threadToAdd
	actAnswer        = "answer"     // value: choiceMade; ids answer.0…
	actStopTurn      = "stop_turn"  // of the assistant
	actFeedback      = "feedback"   // value: good or bad, and the reference
	actShowAgain     = "show_again" // value: proposal id
	actShowMine      = "show_mine"  // value: the words to read again, for the presser alone
	actHomeMore      = "home_more"
	actHomeView      = "home_view"
	actHomeNext      = "home_next"
	actHomePrev      = "home_prev"
	actAdmin         = "admin"
	actAdminTab      = "admin_tab" // ids admin_tab.health…; value: the tab
	actAdminFilter   = "admin_filter"
	actAdminName     = "admin_name"
	actAdminMore     = "admin_more" // overflow of a person
	actAdminPage     = "admin_page"
	actAdminExport   = "admin_export"
	actAdminPolicy   = "admin_policy" // ids admin_policy.rules and .channels
	actAdminActing   = "admin_acting" // value: the mode to change to
	actField         = "field"        // the element of every input that does not dispatch
)

// baseAction is the action without what makes its id unique in one block:
// pick.2 is a pick.
func baseAction(id string) string {
	base, _, _ := strings.Cut(id, ".")
	return base
}

// Values of the overflow menus, before the colon; after it comes the issue or
// the person.
const (
	moreEdit       = "edit"
	morePriority   = "priority"
	moreTriage     = "triage"
	moreShare      = "share"
	moreUndo       = "undo"
	moreShow       = "show"
	moreAssignMe   = "assign_me"
	moreMove       = "move"
	moreComment    = "comment"
	moreOpen       = "open"
	moreStatus     = "status"
	moreReconnect  = "reconnect"
	moreDisconnect = "disconnect"
	moreAddOrg     = "add_workspace"
	moreDetails    = "details"
	moreAskAgain   = "ask"
	moreForce      = "force"
	moreBar        = "bar"
	moreAllow      = "allow"
	moreShareID    = "share_identity"
)

// Callback ids of views.
const (
	viewNewIssue   = "new_issue"
	viewBusy       = "busy" // nothing to submit: loading, working, failed
	viewSimilar    = "similar_issues"
	viewLinked     = "already_linked"
	viewThread     = "thread_preview"
	viewEdit       = "edit_issue"
	viewStatus     = "move_issue"
	viewPriority   = "set_priority"
	viewComment    = "comment_issue"
	viewFeedback   = "feedback"
	viewLink       = "link_issue"
	viewFilters    = "edit_filters"
	viewSearch     = "search_issues"
	viewConnect    = "connect"
	viewCode       = "enter_code"
	viewAccess     = "access"
	viewForce      = "force_disconnect"
	viewActing     = "acting_mode"
	viewSettings   = "settings"
	viewDisconnect = "disconnect"
	viewChannel    = "channel_defaults"
	viewAdmin      = "admin"
	viewHelp       = "help"
	viewText       = "text"
	viewShare      = "share_issue"
	viewHome       = "home"
)

// Callback ids of shortcuts; manifest.yaml declares the same.
const (
	shortcutCreate = "create_issue_from_message" // on a message
	shortcutLink   = "link_issue"                // on a message
	shortcutShow   = "show_issue"                // on a message
	shortcutNew    = "new_issue"                 // everywhere
	shortcutMine   = "my_issues"                 // everywhere
)

// Block ids of form fields. Those that depend on the team are followed by a dot
// and the team, so that a value of another team never survives (Slack keeps what
// was typed under the same id).
const (
	fieldTeam        = "team"
	fieldTitle       = "title"
	fieldDescription = "description"
	fieldAssignee    = "assignee"
	fieldState       = "state"
	fieldPriority    = "priority"
	fieldLabels      = "labels"
	fieldProject     = "project"
	fieldCycle       = "cycle"
	fieldEstimate    = "estimate"
	fieldDue         = "due"
	fieldParent      = "parent"
	fieldTemplate    = "template"
	fieldOptions     = "options"
	fieldThread      = "thread"
	fieldIssue       = "issue"
	fieldComment     = "comment"
	fieldReason      = "reason"
	fieldCode        = "code"
	fieldCreator     = "creator"
	fieldUpdated     = "updated"
	fieldSort        = "sort"
	fieldWords       = "words"
	fieldChannel     = "channel"
	fieldAfter       = "after_create"
	fieldNotes       = "instructions"
)

// Ticked boxes.
const (
	optionPost          = "post"
	optionIncludeThread = "include_thread"
	optionAttachFiles   = "attach_files"
	optionAssignMe      = "assign_me"
)
