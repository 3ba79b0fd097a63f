"""The headers by which people and tools call each field, Chinese and English."""

import re

from studio.imports.columns import DROPPED_PERSONAL, IGNORED, FieldNames, words

NAME = FieldNames(
    "name",
    words(
        "姓名 名字 学员姓名 人员姓名 真实姓名 姓名全名 填写人 填表人 答题人 填报人 受访者姓名"
        " 被调查人 学员名字 name fullname realname traineename studentname respondentname"
        " chinesename"
    ),
    words("学员 学员名单 人员 名 trainee student respondent person givenname firstname forename"),
)
# Of a name in two columns; the other one is then the given name.
SURNAME = FieldNames("surname", words("姓 姓氏 surname familyname lastname"))
GIVEN_NAMES = frozenset(words("名 名字 givenname firstname forename"))
COMMUNITY = FieldNames(
    "community",
    words(
        "社区 村社区 社区村 村居 社区居委会 所在社区 任职社区 工作社区 服务社区 社区名 所在社区村"
        " 所在村社区 学员社区 社区或村 社区村居 communityname community neighbourhood"
        " neighborhood village"
    ),
    words(
        "单位 工作单位 所在单位 单位名 任职单位 现单位 村 居委会 村名 unit organization"
        " organisation workplace"
    ),
)
COUNTY = FieldNames(
    "county",
    words(
        "县 区县 县区 县市区 市县区 县区市 县市 区市县 所在县 所在区县 所在县区 所在县市区 county district"
    ),
    words("区 区域 地区 所在地区 市 来源地 region area"),
)
TOWN = FieldNames(
    "town",
    words(
        "街道 乡镇 镇街 街镇 街道乡镇 乡镇街道 镇乡街道 镇街道 镇乡 所在街道 所在乡镇 所在镇街"
        " 乡街道 town township street subdistrict streettown"
    ),
    words("镇 乡 街道办 街道办事处"),
)
PHONE = FieldNames(
    "phone",
    words(
        "电话 手机 手机号 手机号码 联系电话 电话号码 联系手机 移动电话 本人电话 联系人电话 phone"
        " mobile telephone phonenumber mobilephone cellphone mobilenumber contactnumber"
    ),
    words("联系方式 tel contact"),
)
ROLE = FieldNames(
    "role",
    words(
        "职务 现任职务 任职职务 岗位 职位 现职务 职务岗位 岗位职务 任职岗位 工作岗位 干部类别"
        " 现任岗位 担任职务 role position post jobtitle"
    ),
    words("身份 角色 类别 人员类别 学员类别 学员类型 职务类别 title job"),
)
IN_POST_SINCE = FieldNames(
    "in_post_since",
    words(
        "任职时间 任职日期 任现职时间 任现职日期 任现职起 到任时间 上任时间 任职起始时间"
        " 任职起始日期 任职年月 任现职年月 现任职务时间 担任现职时间 开始任职时间 任职开始时间"
        " 何时任职 任现职务时间 任现职以来 inpostsince postsince startdate appointedon appointed"
        " instartdate dateofappointment"
    ),
    words("任职起 起始时间 since 任职 到岗时间"),
)
LEVEL = FieldNames("level", words("层级 级别 分级 培养层级 学员层级 培养级别 等级 level"))
CAPACITY = FieldNames(
    "capacity",
    words(
        "可带人数 带教人数 可带教人数 带教名额 名额 容量 最多带教 最多带几人 最多可带 可带学员数"
        " 带徒人数 可带学员 最多带教人数 可带学员人数 可带教学员数 带教容量 可带名额 最多可带人数"
        " 最多可带教人数 带教上限 人数上限 capacity maxtrainees slots maximumload"
    ),
    words("人数 上限 limit max"),
)
MENTOR_KIND = FieldNames(
    "mentor_kind",
    words(
        "导师类型 导师类别 导师种类 导师性质 导师分类 带教类型 带教类别 理论或实践 理论实践 理论还是实践"
        " mentorkind mentortype kindofmentor typeofmentor"
    ),
    words("类型 种类 kind type"),
)
YEARS_IN_POST = FieldNames(
    "years_in_post",
    words(
        "任职年限 任职年数 工作年限 从业年限 社区工作年限 任书记年限 社区工作年数 任职年"
        " 任书记年数 从事社区工作年限 yearsinpost years yearsofservice tenure experience"
    ),
    words("年限 年数 工龄"),
)
FREE_WEEKS = FieldNames(
    "free_weeks",
    words(
        "空闲周次 空闲周 可跟岗周 可跟岗周次 有空的周 有空周次 可用周次 可带教周 可带教周次 跟岗周次 跟岗周"
        " 可参加周次 方便的周 空闲的周 哪几周有空 可跟岗的周 可跟岗时间 freeweeks availableweeks weeks availability"
    ),
    words("周次 空闲时间"),
)
WEEKLY_CAPACITY = FieldNames(
    "weekly_capacity",
    words(
        "每周可带人数 每周最多可带人数 每周人数 每周名额 单周可带人数 周容量 同周人数 weeklycapacity perweek"
    ),
)
STRENGTHS = FieldNames(
    "strengths",
    words(
        "擅长 擅长领域 擅长方向 擅长方面 擅长主题 擅长业务 特长 专长 优势 强项 优势领域 专业特长"
        " 业务专长 擅长内容 擅长主题及程度 擅长领域及程度 strengths strength expertise skills"
        " goodat"
    ),
    words("主题 领域 方向 topics topic"),
)
HONOURS = FieldNames(
    "honours",
    words("荣誉 所获荣誉 获得荣誉 获奖 获奖情况 荣誉称号 奖项 主要荣誉 曾获荣誉 honours honors awards"),
)
CASES = FieldNames(
    "cases",
    words(
        "案例 典型案例 过往案例 经典案例 工作案例 以往案例 主要案例 代表案例 经验做法 典型做法"
        " 过去案例 带教案例 cases pastcases casestudies"
    ),
    words("做法 经验 事迹"),
)

# Columns that identify a person and are never needed.
PERSONAL = FieldNames(
    DROPPED_PERSONAL,
    words(
        "来自ip ip ip地址 ipaddr ipaddress 提交ip 答题ip openid unionid wxopenid 微信openid"
        " 用户标识 用户id 用户编号 userid respondentid 昵称 微信昵称 微信名 微信名称 用户昵称"
        " nickname 头像 微信头像 avatar 性别头像 地理位置国家和地区 地理位置省 地理位置市"
        " 地理位置 位置 定位 经纬度 经度 纬度 location latitude longitude locationlatitude"
        " locationlongitude 邮箱 电子邮箱 电子邮件 电子邮件地址 email emailaddress mail username"
        " 用户名 身份证 身份证号 身份证号码 idnumber 家庭住址 住址 家庭地址 qq qq号 微信 微信号"
        " wechat token 填写者 提交人 提交者 填写设备 设备号 recipientlastname recipientfirstname"
        " recipientemail externalreference 扩展属性"
    ),
    # Whoever's address it is: 来源IP, 提交者IP地址, 微信OpenID.
    pattern=re.compile(
        r".{0,8}(?:(?<![a-z])ip(?:v[46])?(?:地址|属地|归属地|address)?|openid|unionid|mac地址)"
    ),
)
SERIAL = FieldNames(
    "serial",
    words("序号 编号 答卷编号 答卷序号 答卷id 提交序号 id responseid no number serial serialnumber 行号"),
)
SUBMITTED_AT = FieldNames(
    "submitted_at",
    words(
        "提交答卷时间 提交时间 填写时间 时间戳记 时间戳 答题时间 结束答题时间 结束时间 完成时间"
        " 提交日期 填表时间 填报时间 答卷提交时间 填写日期 timestamp datestamp submitdate datesubmitted"
        " submittedat submissiontime enddate endtime recordeddate completiontime submitted"
    ),
    words("日期 时间 date time 修改时间"),
)
STARTED_AT = FieldNames(
    "started_at", words("开始答题时间 开始时间 开始填写时间 starttime datestarted startedat startdate")
)
DURATION = FieldNames(
    "duration",
    words(
        "所用时间 答题时长 用时 填写时长 答题用时 答卷时长 填写用时 作答时长 总用时 duration"
        " timetaken totaltime interviewtime durationinseconds durationseconds"
    ),
)
TOOL_COLUMNS = FieldNames(
    IGNORED,
    words(
        "来源 来源详情 来源渠道 用户类型 自定义字段 总分 得分 总得分 答题状态 状态 渠道 浏览器"
        " 操作系统 语言 提交渠道 星标 标签 客户端 填写渠道 lastpage datelastaction startlanguage seed refurl"
        " progress finished status distributionchannel userlanguage source score totalscore"
        " 答卷状态 是否有效 审核状态 更新时间 修改人"
    ),
)
SEX_AGE = FieldNames(
    IGNORED,
    words("性别 年龄 出生年月 出生日期 民族 学历 政治面貌 籍贯 党龄 入党时间 gender sex age 照片 签名"),
)
