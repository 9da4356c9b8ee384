-- Lines of the reading list, at one moment and in one answer. ARGV[1] prefix, [2] the list, [3] "open" or "done",
-- [4] first and [5] last place, from 0. Answers how many studies are on the list, and each line's study and fields.
local prefix, list = ARGV[1], ARGV[2]
local uids = redis.call(ARGV[3] == 'done' and 'ZREVRANGE' or 'ZRANGE', list, ARGV[4], ARGV[5])
local lines = {}
for index, uid in ipairs(uids) do
  lines[index] = { uid, redis.call('HMGET', prefix .. ':study:' .. uid, unpack(ARGV, 6)) }
end
return { redis.call('ZCARD', list), lines }
