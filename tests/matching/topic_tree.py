"""A small topic tree for the text tests; its sentences are written for them."""

TREE: list[tuple[str, list[str]]] = [
    (
        "LIVELIHOOD.PARKING_CHARGING",
        [
            "晚上回来绕三圈找不到车位",
            "电瓶车推进楼道充电",
            "小区停车位不够",
            "车把大门口堵死了",
            "充电桩装不下来",
        ],
    ),
    (
        "LIVELIHOOD.ELEVATORS",
        [
            "一楼的死活不同意装电梯",
            "加装电梯的钱怎么分摊",
            "老人住六楼下不来",
            "装电梯签字签不齐",
            "电梯天天坏",
        ],
    ),
    (
        "WRITING.SUMMARIES",
        [
            "年底总结写了改改了写",
            "材料每次都被退回来",
            "半夜还在赶材料",
            "写总结不知道从哪里下笔",
            "报告写得像流水账",
        ],
    ),
    (
        "WRITING.NEWS",
        ["信息报上去一条都没用", "简报没有亮点", "写信息抓不住重点", "投稿从来不被采用", "新闻稿写不出新意"],
    ),
    (
        "PARTY_AFFAIRS.MEETINGS",
        ["党员大会人总是到不齐", "三会一课就是念文件", "支部会开不起来", "党课讲得没人听", "会议记录全靠补"],
    ),
    (
        "PARTY_AFFAIRS.ADMISSION",
        [
            "年轻人不愿意递入党申请书",
            "发展党员的程序记不住",
            "积极分子培养跟不上",
            "党员档案缺东少西",
            "政审材料要跑好多趟",
        ],
    ),
    (
        "SAFETY.FIRE",
        [
            "楼道堆满纸箱清了又堆",
            "消防通道被杂物占了",
            "灭火器过期没人换",
            "老房子电线乱拉",
            "烟感报警器成了摆设",
        ],
    ),
]

UPPER: list[tuple[str, list[str]]] = [
    (code, [phrase for leaf, phrases in TREE if leaf.startswith(code + ".") for phrase in phrases])
    for code in ("LIVELIHOOD", "WRITING", "PARTY_AFFAIRS", "SAFETY")
]
