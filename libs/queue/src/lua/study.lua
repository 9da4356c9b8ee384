-- What every script about one study begins with. ARGV[1] is the prefix of all keys, ARGV[2] the Study Instance UID,
-- ARGV[3] the UID of the study's first workitem, ARGV[4] a UID that a next one would get.
-- Keys are made here and not handed in as KEYS: one Redis holds an installation, as BullMQ's queues need it too.
local prefix, uid, firstWorkitem, nextWorkitem = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local studyKey = prefix .. ':study:' .. uid
local listKey = prefix .. ':reading-list'
local doneKey = prefix .. ':reading-list-done'

-- Fields of a study that places and acts depend on. A study that an earlier version wrote lacks most of them.
local FIELDS = {
  'arrivedAt', 'site', 'lane', 'state', 'priority', 'outcome', 'headStart', 'step', 'foundRevision',
  'pin', 'pinnedAt', 'takenBy', 'takenAt', 'openedAt', 'opening', 'endedBy', 'endedAt', 'verdict',
  'workitem', 'scheduledAt', 'awaitedAt', 'createdBy', 'transactionUID', 'claimed', 'attributes', 'asked', 'askedHeadStart',
}

-- libs/triage's reading-order.ts has these, and why; a test holds the two to each other.
local PINNED = 2 ^ 43
local BACKLOG_STEP = 2 ^ 35
local UNSCORED_STEP = 101001

-- Lua's own way from number to string keeps 14 digits; a time with its microseconds has 16.
local function exactly(number)
  return string.format('%.17g', number)
end

-- The clock of Redis, the one clock that all services share, in milliseconds with their microseconds.
local function now()
  local time = redis.call('TIME')
  return exactly(time[1] * 1000 + time[2] / 1000)
end

-- When a study counts as arrived that does so now: a clock that is put back must not let it overtake those that came before.
local function arrival()
  local at = now()
  local last = redis.call('GET', prefix .. ':last-arrival')
  local ahead = last and tonumber(last) - tonumber(at) or -1
  if ahead >= 0 and ahead < 3600000 then at = exactly(tonumber(last) + 0.001) end
  redis.call('SET', prefix .. ':last-arrival', at)
  return at
end

-- The study as it is noted, also one that a workitem was made for and that has not arrived.
local function readNoted()
  local values = redis.call('HMGET', studyKey, unpack(FIELDS))
  local study = {}
  for index, field in ipairs(FIELDS) do study[field] = values[index] or nil end
  if not study.arrivedAt then return study.awaitedAt and study or nil end
  -- Flagged by an earlier version: how far it was moved is in its place only.
  if study.priority == 'HIGH' and not study.headStart then
    local order = redis.call('ZSCORE', listKey, uid)
    if order then study.headStart = exactly(tonumber(study.arrivedAt) - tonumber(order)) end
  end
  if not study.workitem then
    study.workitem = firstWorkitem
    redis.call('HSET', studyKey, 'workitem', firstWorkitem)
    redis.call('HSET', prefix .. ':workitems', firstWorkitem, uid)
  end
  return study
end

-- The study, if it has arrived.
local function readStudy()
  local study = readNoted()
  return study and study.arrivedAt and study or nil
end

local function stateOf(study)
  return study.state or 'SCHEDULED'
end

-- Whether the study is on the list that is still to be read.
local function isOpen(study)
  return stateOf(study) == 'SCHEDULED' or stateOf(study) == 'IN PROGRESS'
end

-- priorityOf of libs/triage.
local function priorityOf(study)
  if study.lane == 'backlog' then return 'LOW' end
  if study.outcome == 'fracture' or study.asked == 'HIGH' then return 'HIGH' end
  -- Flagged by an earlier version.
  if not study.outcome and study.headStart and study.foundRevision then return 'HIGH' end
  return study.asked or 'MEDIUM'
end

-- readingOrder of libs/triage.
local function orderOf(study)
  if study.pinnedAt then return tonumber(study.pinnedAt) - PINNED end
  local arrivedAt = tonumber(study.arrivedAt)
  if study.lane == 'backlog' then
    return tonumber(study.step or UNSCORED_STEP) * BACKLOG_STEP + math.floor(arrivedAt / 100)
  end
  return arrivedAt - math.max(tonumber(study.headStart or 0), tonumber(study.askedHeadStart or 0))
end

-- Open studies of a priority and state, by arrival: they are counted by these, and the longest wait is their first.
local function indexKey(study)
  return listKey .. ':' .. (study.priority or 'MEDIUM') .. ':' .. stateOf(study)
end

local function move(study)
  redis.call('ZADD', listKey, exactly(orderOf(study)), uid)
end

-- Gives the study the priority and the place that its findings ask for.
local function settle(study)
  study.priority = priorityOf(study)
  move(study)
end

-- Tells those who watch workitems (PS3.4 CC.2.4). Events are numbered: who subscribes hears none from before.
local function tell(event)
  event.study, event.number = uid, redis.call('INCR', prefix .. ':workitem-events-told')
  redis.call('PUBLISH', prefix .. ':workitem-events', cjson.encode(event))
end

-- Its line is another now. A time that nothing else has happened at: a count would come again when Redis loses something.
local function changed()
  redis.call('HSET', studyKey, 'changedAt', now())
  redis.call('PUBLISH', prefix .. ':reading-list-changes', uid)
end

local function report(workitem, state, was)
  tell({ type = 1, workitem = workitem, state = state, was = was })
end

-- What has become of the workitem between `before` and now, step by step: none goes from SCHEDULED to an end at once.
local function reportChanges(before, study)
  if study.workitem ~= before.workitem then
    if before.workitem and isOpen(before) then
      if stateOf(before) == 'SCHEDULED' then report(before.workitem, 'IN PROGRESS', 'SCHEDULED') end
      report(before.workitem, 'CANCELED', 'IN PROGRESS')
    end
    report(study.workitem, 'SCHEDULED')
  elseif stateOf(study) ~= stateOf(before) then
    local was = stateOf(before)
    if was == 'SCHEDULED' and not isOpen(study) then
      report(study.workitem, 'IN PROGRESS', was)
      was = 'IN PROGRESS'
    end
    report(study.workitem, stateOf(study), was)
  end
end

-- Writes what has changed since `before`, and tells those who watch.
local function save(before, study)
  for _, field in ipairs(FIELDS) do
    if study[field] ~= before[field] then
      if study[field] == nil then
        redis.call('HDEL', studyKey, field)
      else
        redis.call('HSET', studyKey, field, study[field])
      end
    end
  end
  if study.workitem ~= before.workitem then redis.call('HSET', prefix .. ':workitems', study.workitem, uid) end
  reportChanges(before, study)
  if before.arrivedAt and isOpen(before) then redis.call('ZREM', indexKey(before), uid) end
  if not study.arrivedAt then
    redis.call('ZADD', prefix .. ':workitems-awaited', study.awaitedAt, uid)
    return
  end
  if not before.arrivedAt then redis.call('ZREM', prefix .. ':workitems-awaited', uid) end
  if isOpen(study) then
    redis.call('ZADD', indexKey(study), study.arrivedAt, uid)
    redis.call('ZREM', doneKey, uid)
  else
    redis.call('ZREM', listKey, uid)
    redis.call('ZADD', doneKey, study.endedAt, uid)
  end
  changed()
end

local function copyOf(study)
  local copy = {}
  for field, value in pairs(study) do copy[field] = value end
  return copy
end

-- Begins another workitem about the study. What the one until now has been it stays, in a place of its own; it ends as
-- CANCELED if it has not ended yet (PS3.4 CC.1.1: none goes back).
local function beginWorkitem(study, workitem, by, at)
  local past = copyOf(study)
  if isOpen(past) then past.state, past.endedBy, past.endedAt = 'CANCELED', by, at end
  past.study = uid
  redis.call('SET', prefix .. ':workitem:' .. past.workitem, cjson.encode(past))
  study.workitem, study.scheduledAt, study.state = workitem, now(), nil
  study.takenBy, study.takenAt, study.endedBy, study.endedAt, study.openedAt, study.opening = nil, nil, nil, nil, nil, nil
  study.createdBy, study.transactionUID, study.claimed, study.attributes = nil, nil, nil, nil
end

-- Puts the study back among those to be read, where its findings until now would have it.
local function scheduleAgain(study, by, at)
  beginWorkitem(study, nextWorkitem, by, at)
  settle(study)
end

-- A line of the study's history; so many are kept that none is missed in a study's life.
local function remember(event)
  local key = studyKey .. ':history'
  redis.call('RPUSH', key, cjson.encode(event))
  redis.call('LTRIM', key, -200, -1)
end

-- The first time that somebody takes the study up: what it looked like then is kept, to be compared with first come,
-- first served.
local function open(study, by, at)
  -- Nobody outside knows the Transaction UID of a workitem that is read here: nobody else can change it (PS3.4 CC.2.1).
  study.transactionUID = study.transactionUID or nextWorkitem
  if study.openedAt or not study.arrivedAt then return end
  study.openedAt = at
  study.opening = cjson.encode({
    studyInstanceUID = uid, arrivedAt = study.arrivedAt, openedAt = at, priority = study.priority or 'MEDIUM',
    outcome = study.outcome, pinned = study.pinnedAt ~= nil, lane = study.lane or 'live',
  })
  local key = prefix .. ':reading-list-openings'
  redis.call('ZADD', key, at, study.opening)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', exactly(tonumber(at) - 8 * 24 * 3600 * 1000))
end

-- It was not read after all: the study counts as unopened.
local function unopen(study)
  if study.opening then redis.call('ZREM', prefix .. ':reading-list-openings', study.opening) end
end

local function finish(study, as, by, at)
  study.state, study.endedBy, study.endedAt = as, by, at
end

-- Brings a completed study back for an image that nobody has read, as one that has arrived with it.
local function comeBack(study, at)
  local before = copyOf(study)
  study.lane, study.arrivedAt = nil, at
  study.pin, study.pinnedAt = nil, nil
  scheduleAgain(study, '', at)
  remember({ event = 'grown', at = at })
  save(before, study)
end
