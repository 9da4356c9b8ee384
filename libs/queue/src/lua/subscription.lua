-- Changes what an Application Entity is subscribed to (PS3.4 Table CC.2.3-2). ARGV[1] prefix, [2] its title, [3] what,
-- [4] workitem, [5] "lock" or "free", [6] filter or empty. Answers whether there was something to change.
local prefix, title, act, workitem, lock, filter = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local rulesKey, singleKey = prefix .. ':subscribers', prefix .. ':subscribers:' .. title
local stored = redis.call('HGET', rulesKey, title)
local rules = stored and cjson.decode(stored) or {}
local found = 1
-- Of the clock that workitems are made by.
local time = redis.call('TIME')
local at = string.format('%.17g', time[1] * 1000 + time[2] / 1000)
local number = redis.call('GET', prefix .. ':workitem-events-told') or '0'

-- Ends the rules of one kind: what they have subscribed to until now stays.
local function suspend(filtered)
  local some = 0
  for _, rule in ipairs(rules) do
    if not rule.ends and (rule.filter ~= nil) == filtered then rule.ends, some = at, 1 end
  end
  return some
end

if act == 'subscribe' then
  redis.call('HSET', singleKey, workitem, lock .. ' ' .. number)
  -- How it stands at this moment, before anything else happens to it (PS3.4 CC.2.4.3).
  local study = redis.call('HGET', prefix .. ':workitems', workitem)
  local now = study and redis.call('HMGET', prefix .. ':study:' .. study, 'workitem', 'state')
  local past = now and now[1] ~= workitem and redis.call('GET', prefix .. ':workitem:' .. workitem)
  local state = past and cjson.decode(past).state or now and now[2] or 'SCHEDULED'
  redis.call('PUBLISH', prefix .. ':workitem-subscribed', cjson.encode({ title = title, workitem = workitem, state = state }))
elseif act == 'unsubscribe' then
  redis.call('HSET', singleKey, workitem, 'none ' .. number)
elseif act == 'materialise' then
  found = redis.call('HSETNX', singleKey, workitem, lock .. ' 0')
elseif act == 'subscribeAll' then
  if filter == '' then suspend(false) end
  for _, one in ipairs(filter == '' and redis.call('HKEYS', singleKey) or {}) do
    local said = redis.call('HGET', singleKey, one)
    if said:sub(1, 4) == 'none' then redis.call('HSET', singleKey, one, lock .. ' ' .. number) end
  end
  rules[#rules + 1] = { lock = lock, number = number, filter = filter ~= '' and filter or nil }
  if lock == 'lock' then redis.call('PUBLISH', prefix .. ':workitem-subscribed', cjson.encode({ title = title })) end
elseif act == 'suspend' then
  found = suspend(filter ~= '')
elseif act == 'unsubscribeAll' then
  found = (#rules > 0 or redis.call('EXISTS', singleKey) == 1) and 1 or 0
  rules = {}
  redis.call('DEL', singleKey)
elseif act == 'unsubscribeFiltered' then
  local rest = {}
  for _, rule in ipairs(rules) do if not rule.filter then rest[#rest + 1] = rule end end
  found = #rest < #rules and 1 or 0
  rules = rest
end

if #rules > 0 then
  redis.call('HSET', rulesKey, title, cjson.encode(rules))
elseif redis.call('EXISTS', singleKey) == 1 then
  redis.call('HSET', rulesKey, title, '[]')
else
  redis.call('HDEL', rulesKey, title)
end
return found
