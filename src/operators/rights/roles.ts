import type { Role } from '../../plumbing/storage/schema.ts'

/** Every role, with its name at the console. */
export const roleNames: Record<Role, string> = {
  owner: '管理员',
  operator: '运营',
  finance: '财务',
  viewer: '只读',
  provider: '服务商运营',
}

export const roles = Object.keys(roleNames) as Role[]

/** The role of that name; undefined when there is none. */
export function roleNamed(text: string): Role | undefined {
  return roles.find((role) => role === text)
}
