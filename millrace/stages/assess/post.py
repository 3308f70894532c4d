"""The letters of assessing and awarding, written as every letter of a case is — e.g. the ineligible letter of NIFS."""

from millrace.stages.apply import post

applicants = post.applicants
clauses = post.clauses
language_of = post.language_of
send = post.send
tell_applicants = post.tell_applicants
