-- What a person, or a system for them, does with a study. ARGV[5] the act, [6] by whom, [7] when, [8] words, [9] verdict.
-- Answers { 'done' }, { 'same' } where nothing had to change, or { why not, state, by, at }.
local act, by, at, words, verdict = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local study = readStudy()
if not study then return { 'STUDY_UNKNOWN' } end
local before = copyOf(study)
local state = stateOf(study)

local function refuse(code)
  return { code, state, study.endedBy or study.takenBy or '', study.endedAt or study.takenAt or '' }
end

if act == 'take' then
  if not isOpen(study) then return refuse('STUDY_ENDED') end
  if state == 'IN PROGRESS' then return study.takenBy == by and { 'same' } or refuse('STUDY_TAKEN') end
  open(study, by, at)
  study.state, study.takenBy, study.takenAt = 'IN PROGRESS', by, at
elseif act == 'release' then
  if not isOpen(study) then return refuse('STUDY_ENDED') end
  if state == 'SCHEDULED' then return { 'same' } end
  unopen(study)
  scheduleAgain(study, by, at)
elseif act == 'complete' then
  if state == 'COMPLETED' then return { 'same' } end
  if state == 'CANCELED' then return refuse('STUDY_ENDED') end
  if state == 'IN PROGRESS' and study.takenBy ~= by then return refuse('STUDY_TAKEN') end
  open(study, by, at)
  finish(study, 'COMPLETED', by, at)
elseif act == 'withdraw' then
  if state == 'CANCELED' then return { 'same' } end
  if state == 'COMPLETED' then return refuse('STUDY_ENDED') end
  finish(study, 'CANCELED', by, at)
elseif act == 'reopen' then
  if isOpen(study) then return { 'same' } end
  unopen(study)
  scheduleAgain(study, by, at)
elseif act == 'pin' then
  if not isOpen(study) then return refuse('STUDY_ENDED') end
  local pin = study.pin and cjson.decode(study.pin)
  if pin and pin.by == by and pin.why == words then return { 'same' } end
  -- Pinned again it keeps its place among the pinned. By Redis' clock, as arrivals are: services' clocks differ.
  study.pinnedAt = study.pinnedAt or now()
  study.pin = cjson.encode({ by = by, why = words, at = at })
  move(study)
elseif act == 'unpin' then
  if not study.pin then return { 'same' } end
  study.pin, study.pinnedAt = nil, nil
  if isOpen(study) then move(study) end
elseif act == 'disagree' then
  local known = study.verdict and cjson.decode(study.verdict)
  if known and known.by == by and known.verdict == verdict and known.comment == words then return { 'same' } end
  -- With the finding that was judged, for whoever counts.
  local short = redis.call('HGET', studyKey, 'short')
  local finding = short and cjson.decode(short) or {}
  study.verdict = cjson.encode({
    verdict = verdict, by = by, at = at, comment = words, revision = tonumber(study.foundRevision),
    outcome = finding.outcome or study.outcome, probability = finding.probability, model = finding.model,
  })
  redis.call('ZADD', prefix .. ':verdicts', at, uid)
elseif act == 'agree' then
  if not study.verdict then return { 'same' } end
  study.verdict = nil
  redis.call('ZREM', prefix .. ':verdicts', uid)
end

remember({ event = act, by = by, at = at, why = words ~= '' and words or nil, verdict = verdict ~= '' and verdict or nil })
save(before, study)
return { 'done' }
