-- Lines of the reading list and how much is on it, at one moment and in one answer. ARGV[1] prefix, [2] the list, [3] "open"
-- or "done", [4] first place, from 0, [5] how many, [6] what the asker has, as JSON: when lines were last changed, by study,
-- [7] and on: fields. Answers how many studies are on the list; of each line the study alone where the asker has it as it
-- is, or else study and fields as one JSON text, which is sooner read than fifteen answers; how many are open by priority
-- and state; who has waited longest of each priority; how many are done; how many findings came too late.
local prefix, list, known = ARGV[1], ARGV[2], cjson.decode(ARGV[6])
local first, count = tonumber(ARGV[4]), tonumber(ARGV[5])
local range = ARGV[3] == 'done' and 'ZREVRANGE' or 'ZRANGE'
local uids = count > 0 and redis.call(range, list, first, first + count - 1) or {}
local lines = {}
for index, uid in ipairs(uids) do
  local key = prefix .. ':study:' .. uid
  if known[uid] and redis.call('HGET', key, 'changedAt') == known[uid] then
    lines[index] = uid
  else
    lines[index] = cjson.encode({ uid, unpack(redis.call('HMGET', key, unpack(ARGV, 7))) })
  end
end

local listKey = prefix .. ':reading-list'
local open, oldest = {}, {}
for index, priority in ipairs({ 'HIGH', 'MEDIUM', 'LOW' }) do
  for _, state in ipairs({ 'SCHEDULED', 'IN PROGRESS' }) do
    open[#open + 1] = redis.call('ZCARD', listKey .. ':' .. priority .. ':' .. state)
  end
  oldest[index] = redis.call('ZRANGE', listKey .. ':' .. priority .. ':SCHEDULED', 0, 0, 'WITHSCORES')[2] or ''
end
return {
  redis.call('ZCARD', list), lines, open, oldest, redis.call('ZCARD', listKey .. '-done'),
  redis.call('HGET', listKey .. '-counters', 'findingsAfterOpening') or '0',
}
