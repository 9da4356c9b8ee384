-- What every script about one study begins with. ARGV[1] is the prefix of all keys, ARGV[2] the Study Instance UID.
-- Keys are made here and not handed in as KEYS: one Redis holds an installation, as BullMQ's queues need it too.
local prefix, uid = ARGV[1], ARGV[2]
local studyKey = prefix .. ':study:' .. uid
local listKey = prefix .. ':reading-list'
local doneKey = prefix .. ':reading-list-done'

-- Fields of a study that places and acts depend on. A study that an earlier version wrote lacks most of them.
local FIELDS = {
  'arrivedAt', 'site', 'lane', 'state', 'priority', 'outcome', 'headStart', 'step', 'foundRevision',
  'pin', 'pinnedAt', 'takenBy', 'takenAt', 'openedAt', 'opening', 'endedBy', 'endedAt', 'round', 'verdict',
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

local function readStudy()
  local values = redis.call('HMGET', studyKey, unpack(FIELDS))
  local study = {}
  for index, field in ipairs(FIELDS) do study[field] = values[index] or nil end
  if not study.arrivedAt then return nil end
  -- Flagged by an earlier version: how far it was moved is in its place only.
  if study.priority == 'HIGH' and not study.headStart then
    local order = redis.call('ZSCORE', listKey, uid)
    if order then study.headStart = exactly(tonumber(study.arrivedAt) - tonumber(order)) end
  end
  return study
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
  if study.outcome then return study.outcome == 'fracture' and 'HIGH' or 'MEDIUM' end
  return study.priority == 'HIGH' and 'HIGH' or 'MEDIUM'
end

-- readingOrder of libs/triage.
local function orderOf(study)
  if study.pinnedAt then return tonumber(study.pinnedAt) - PINNED end
  local arrivedAt = tonumber(study.arrivedAt)
  if study.lane == 'backlog' then
    return tonumber(study.step or UNSCORED_STEP) * BACKLOG_STEP + math.floor(arrivedAt / 100)
  end
  return arrivedAt - tonumber(study.headStart or 0)
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
  if before.arrivedAt and isOpen(before) then redis.call('ZREM', indexKey(before), uid) end
  if isOpen(study) then
    redis.call('ZADD', indexKey(study), study.arrivedAt, uid)
    redis.call('ZREM', doneKey, uid)
  else
    redis.call('ZREM', listKey, uid)
    redis.call('ZADD', doneKey, study.endedAt, uid)
  end
  redis.call('PUBLISH', prefix .. ':reading-list-changes', uid)
end

local function copyOf(study)
  local copy = {}
  for field, value in pairs(study) do copy[field] = value end
  return copy
end

-- Puts the study back among those to be read, where its findings until now would have it. What a workitem of UPS has been
-- it stays (PS3.4 CC.1.1): the study's next one begins.
local function scheduleAgain(study)
  study.state, study.takenBy, study.takenAt, study.endedBy, study.endedAt = nil, nil, nil, nil, nil
  study.openedAt, study.opening = nil, nil
  study.round = exactly(tonumber(study.round or 1) + 1)
  settle(study)
end

-- A line of the study's history; so many are kept that none is missed in a study's life.
local function remember(event)
  local key = studyKey .. ':history'
  redis.call('RPUSH', key, cjson.encode(event))
  redis.call('LTRIM', key, -200, -1)
end
