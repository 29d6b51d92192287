//! Chinese names, drawn by how common they are.

use rand::{Rng, seq::IndexedRandom};

/// Family names, the commonest first; the commonest are drawn more often.
const FAMILY: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭",
    "萧", "蔡", "潘", "田", "董", "袁", "于", "余", "叶", "蒋", "杜", "苏", "魏", "程", "吕", "丁",
    "沈", "任", "姚", "卢", "傅", "钟", "姜", "崔", "谭", "廖", "范", "汪", "欧阳", "上官", "司马",
    "诸葛",
];

const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "霞", "平", "刚", "桂", "文", "华", "建", "国", "红", "玉", "兰", "英", "梅", "鑫", "波",
    "斌", "宇", "浩", "凯", "健", "俊", "帆", "雪", "婷", "慧", "莹", "倩", "佳", "嘉", "欣", "怡",
    "子", "梓", "涵", "轩", "雨", "晨", "思", "诗", "语", "博", "瑞", "泽", "悦", "可", "然", "逸",
    "天", "一", "诺", "航", "睿", "辰",
];

/// One name.
pub fn draw(rng: &mut impl Rng) -> String {
    // The smaller of two draws leans towards the front, where the common names are.
    let (a, b) = (rng.random_range(0..FAMILY.len()), rng.random_range(0..FAMILY.len()));
    let mut name = FAMILY.get(a.min(b)).copied().unwrap_or("王").to_owned();
    let syllables = if rng.random_bool(0.8) { 2 } else { 1 };
    for _ in 0..syllables {
        name.push_str(GIVEN.choose(rng).copied().unwrap_or("明"));
    }
    name
}
