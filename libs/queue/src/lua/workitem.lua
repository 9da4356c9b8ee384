-- A transaction of the Worklist Service on a workitem (PS3.18 11, PS3.4 CC.2). ARGV[5] the transaction, [6] workitem,
-- [7] by whom, [8] when, [9] Transaction UID or empty, [10] the workitem's attributes as the caller knew them, [11] what
-- they are to be, [12] priority asked for or empty, [13] head start that it gives, [14] event types to report, [15] words.
-- Answers the status of PS3.4 Table CC.2.1-2 and its like, "0000" for success; "AGAIN" where the attributes are others.
local act, workitem, by, at, transactionUID = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local known, attributes, asked, askedHeadStart = ARGV[10], ARGV[11], ARGV[12], ARGV[13]
local study = readNoted()
local isPast = false
if act ~= 'create' and (not study or study.workitem ~= workitem) then
  local past = redis.call('GET', prefix .. ':workitem:' .. workitem)
  if not past then return 'C307' end
  study, isPast = cjson.decode(past), true
end
local before = copyOf(study or {})
local state = study and stateOf(study)

local function isOwner()
  return transactionUID ~= '' and (not study.transactionUID or study.transactionUID == transactionUID)
end

local function ask()
  if asked == '' then return end
  study.asked, study.askedHeadStart = asked, askedHeadStart
  -- Somebody wants it read before others: it is one of those that are waited for, and counts as come now.
  if asked == 'HIGH' and study.lane == 'backlog' then study.lane, study.arrivedAt = nil, arrival() end
end

if act == 'create' then
  if redis.call('HEXISTS', prefix .. ':workitems', workitem) == 1 then return '0111' end
  if study and (study.createdBy or state == 'IN PROGRESS') and isOpen(study) then return 'OTHER' end
  if not study then
    study = { awaitedAt = at, scheduledAt = now(), workitem = workitem }
  else
    beginWorkitem(study, workitem, by, at)
  end
  study.createdBy, study.attributes = by, attributes
  ask()
  if study.arrivedAt then settle(study) else study.priority = priorityOf(study) end
elseif act == 'claim' then
  if not isOwner() then return 'C301' end
  if state == 'IN PROGRESS' then return 'C302' end
  if state ~= 'SCHEDULED' then return 'C300' end
  open(study, by, at)
  study.state, study.takenBy, study.takenAt = 'IN PROGRESS', by, at
  study.transactionUID, study.claimed = transactionUID, '1'
elseif act == 'complete' or act == 'cancel' then
  if not isOwner() then return 'C301' end
  if state == 'SCHEDULED' then return 'C310' end
  if state == 'COMPLETED' then return act == 'complete' and 'B306' or 'C300' end
  if state == 'CANCELED' then return act == 'cancel' and 'B304' or 'C300' end
  if (study.attributes or '') ~= known then return 'AGAIN' end
  -- The caller has looked at the attributes (PS3.4 CC.2.5.1.1).
  if ARGV[15] == 'unmet' then return 'C304' end
  finish(study, act == 'complete' and 'COMPLETED' or 'CANCELED', by, at)
elseif act == 'update' then
  if not isOpen(study) then return 'C300' end
  if state == 'IN PROGRESS' and not isOwner() then return 'C301' end
  if state == 'SCHEDULED' and transactionUID ~= '' then return 'C310' end
  if (study.attributes or '') ~= known then return 'AGAIN' end
  if asked ~= '' and state ~= 'SCHEDULED' then return 'C300' end
  study.attributes = attributes
  ask()
  if state == 'SCHEDULED' then
    if study.arrivedAt then settle(study) else study.priority = priorityOf(study) end
  end
elseif act == 'requestCancel' then
  if state == 'COMPLETED' then return 'C311' end
  if state == 'CANCELED' then return 'B304' end
  if state == 'SCHEDULED' then
    if (study.attributes or '') ~= known then return 'AGAIN' end
    study.attributes = attributes ~= '' and attributes or nil
    finish(study, 'CANCELED', by, at)
  elseif not study.claimed then
    return 'C313'
  end
end

if isPast then return 'C300' end
if act ~= 'update' and (act ~= 'requestCancel' or state == 'SCHEDULED') then
  remember({ event = 'ups-' .. act, by = by, at = at })
end
save(before, study)
local kinds = ARGV[14]
-- Whoever reads it decides (PS3.4 CC.2.2.3).
if act == 'requestCancel' and state == 'IN PROGRESS' then kinds = '2' end
for kind in string.gmatch(kinds, '%d') do
  tell({ type = tonumber(kind), workitem = workitem, state = stateOf(study), words = ARGV[15] ~= '' and ARGV[15] or nil })
end
return '0000'
