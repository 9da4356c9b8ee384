-- Puts open studies under their priority and state again: ARGV[1] prefix, then Study Instance UIDs.
local prefix = ARGV[1]
for position = 2, #ARGV do
  local uid = ARGV[position]
  local study = redis.call('HMGET', prefix .. ':study:' .. uid, 'arrivedAt', 'priority', 'state')
  local is = (study[2] or 'MEDIUM') .. ':' .. (study[3] or 'SCHEDULED')
  for _, priority in ipairs({ 'HIGH', 'MEDIUM', 'LOW' }) do
    for _, state in ipairs({ 'SCHEDULED', 'IN PROGRESS' }) do
      if priority .. ':' .. state ~= is then redis.call('ZREM', prefix .. ':reading-list:' .. priority .. ':' .. state, uid) end
    end
  end
  if study[1] and redis.call('ZSCORE', prefix .. ':reading-list', uid) then
    redis.call('ZADD', prefix .. ':reading-list:' .. is, study[1], uid)
  end
end
